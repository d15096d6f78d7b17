// What libphonenumber knows of countries, in the bundle: a text beside the main module, which [alias] and [[rules]] of
// wrangler.toml put there. It is a sixth of the Worker, and parsed when the first number is read.
import text from '../../node_modules/libphonenumber-js/metadata.max.json'

type Metadata = Record<'version' | 'country_calling_codes' | 'countries' | 'nonGeographic', unknown>

const parsed = new Map<typeof text, Metadata>()

// In the bundle the import is the text itself, and not its value as the compiler has it.
function known(): Metadata {
  const metadata = parsed.get(text) ?? (JSON.parse(String(text)) as Metadata)
  parsed.set(text, metadata)
  return metadata
}

/** The metadata as the library imports it. */
export default {
  get version() {
    return known().version
  },
  get country_calling_codes() {
    return known().country_calling_codes
  },
  get countries() {
    return known().countries
  },
  get nonGeographic() {
    return known().nonGeographic
  },
}
