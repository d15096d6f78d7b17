// Stands in the bundle for zod's writer of JSON Schema, which few requests need: [alias] in wrangler.toml names it. What
// writes stands beside the main module (scripts/late.ts), and `useJsonSchema` puts it in.

type Write = (...input: unknown[]) => unknown
const written = new Map<string, unknown>()

/** Puts the writer in, once it is loaded. */
export function useJsonSchema(module: object): void {
  for (const [name, write] of Object.entries(module)) written.set(name, write)
}

const late =
  (name: string): Write =>
  (...input) => {
    const write = written.get(name)
    if (typeof write !== 'function')
      throw new Error('Load the writer of JSON Schema first: loadJsonSchema in src/late.ts')
    return write(...input)
  }

// zod/v4/core/to-json-schema.js: methods of each schema, which nothing here calls.
export const createToJSONSchemaMethod = () => late('toJSONSchema')
export const createStandardJSONSchemaMethod = () => late('toJSONSchema')

// zod/v4/core/json-schema-generator.js
export const JSONSchemaGenerator = late('JSONSchemaGenerator')

// zod/v4/core/json-schema-processors.js
export const toJSONSchema = late('toJSONSchema')
export const aggregateChecks = late('aggregateChecks')
export const anyProcessor = late('anyProcessor')
export const arrayProcessor = late('arrayProcessor')
export const bigintProcessor = late('bigintProcessor')
export const booleanProcessor = late('booleanProcessor')
export const catchProcessor = late('catchProcessor')
export const customProcessor = late('customProcessor')
export const dateProcessor = late('dateProcessor')
export const defaultProcessor = late('defaultProcessor')
export const enumProcessor = late('enumProcessor')
export const fileProcessor = late('fileProcessor')
export const functionProcessor = late('functionProcessor')
export const intersectionProcessor = late('intersectionProcessor')
export const js = late('js')
export const lazyProcessor = late('lazyProcessor')
export const literalProcessor = late('literalProcessor')
export const mapProcessor = late('mapProcessor')
export const nanProcessor = late('nanProcessor')
export const neverProcessor = late('neverProcessor')
export const nonoptionalProcessor = late('nonoptionalProcessor')
export const nullProcessor = late('nullProcessor')
export const nullableProcessor = late('nullableProcessor')
export const numberProcessor = late('numberProcessor')
export const objectProcessor = late('objectProcessor')
export const optionalProcessor = late('optionalProcessor')
export const pipeProcessor = late('pipeProcessor')
export const prefaultProcessor = late('prefaultProcessor')
export const promiseProcessor = late('promiseProcessor')
export const readonlyProcessor = late('readonlyProcessor')
export const recordProcessor = late('recordProcessor')
export const setProcessor = late('setProcessor')
export const stringProcessor = late('stringProcessor')
export const successProcessor = late('successProcessor')
export const symbolProcessor = late('symbolProcessor')
export const templateLiteralProcessor = late('templateLiteralProcessor')
export const transformProcessor = late('transformProcessor')
export const tupleProcessor = late('tupleProcessor')
export const undefinedProcessor = late('undefinedProcessor')
export const unionProcessor = late('unionProcessor')
export const unknownProcessor = late('unknownProcessor')
export const voidProcessor = late('voidProcessor')
