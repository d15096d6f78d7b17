// E-mail addresses: which there are by RFC 5321 and RFC 6531, and the one form in which each is kept.

/** RFC 5321, 4.5.3.1: octets of the part before the @, and of an address. */
const MAX_LOCAL = 64
/** The longest address, in octets. */
export const MAX_ADDRESS = 254
const MAX_DOMAIN = 253

// RFC 5322's atext, and by RFC 6531 every visible character beyond ASCII.
const ATOM = /^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]|[^\p{ASCII}\p{C}\p{Z}])+$/u
// Visible ASCII, blanks and, behind a backslash, both; by RFC 6531 also what is beyond ASCII.
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e]|[^\p{ASCII}\p{C}\p{Z}])*)"$/u
/** A plain domain, which a URL would leave as it is: no A-label, and no number at its end. */
const PLAIN = /^(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * An address as it is kept: in lower case, composed, the domain as its A-label (RFC 5890). Undefined, where there is none:
 * two addresses, a name around it, a domain of one label.
 */
export function mailAddress(given: string): string | undefined {
  const text = given.normalize().toLowerCase()
  const at = text.lastIndexOf('@')
  const local = localPart(text.slice(0, Math.max(at, 0)))
  const domain = domainPart(text.slice(at + 1))
  if (local === undefined || domain === undefined) return undefined
  const address = `${local}@${domain}`
  return octets(local) <= MAX_LOCAL && octets(address) <= MAX_ADDRESS ? address : undefined
}

// Quotes that are not needed make no other address (RFC 5321, 4.1.2).
function localPart(text: string): string | undefined {
  if (isDotted(text)) return text
  const [, inner] = QUOTED.exec(text) ?? []
  if (inner === undefined) return undefined
  const plain = inner.replace(/\\(.)/g, '$1')
  return isDotted(plain) ? plain : `"${plain.replace(/["\\]/g, '\\$&')}"`
}

function isDotted(text: string): boolean {
  return text.split('.').every((atom) => ATOM.test(atom))
}

function octets(text: string): number {
  return /^\p{ASCII}*$/u.test(text) ? text.length : new TextEncoder().encode(text).length
}

function domainPart(text: string): string | undefined {
  if (text.length <= MAX_DOMAIN && PLAIN.test(text)) return text
  // What a URL gives another meaning, or would unescape.
  if (text === '' || text.length > MAX_DOMAIN || /[\s\p{Cc}%/?#@:\\[\]]/u.test(text)) return undefined
  const url = URL.parse(`https://${text}`)
  if (url === null) return undefined
  const labels = url.hostname.split('.')
  // The last label is no number: else it is an IPv4 address, which a URL has read in one of its many forms.
  const isDomain = labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '')
  return isDomain && url.hostname.length <= MAX_DOMAIN ? url.hostname : undefined
}
