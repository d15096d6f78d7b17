// Stands in the bundle for parts of libraries that nothing here calls: [alias] in wrangler.toml names them. A namespace
// import (`import { z }`) keeps all of zod, and these would be a sixth of the Worker.

// zod/v4/core/compile.js: schemas compiled ahead of time.
export const INVALID = Symbol.for('zod.compile.invalid')
export {
  leftOut as compile,
  leftOut as compileFn,
  leftOut as withParser,
  leftOut as ZodCompileAsyncError,
  leftOut as ZodCompileUnsupportedError,
}

// zod/v4/classic/from-json-schema.js: schemas made of a JSON Schema.
export const fromJSONSchema = leftOut

// zod/v4/classic/deep-partial.js and in-out.js: schemas made of others.
export { leftOut as deepPartial, leftOut as input, leftOut as output }

// zod/v4/locales/index.js: messages in other languages have no names here. English is imported by itself.

// nodemailer/lib/fetch: attachments by their address.
export default leftOut

function leftOut(): never {
  throw new Error('This part of a library is not in the bundle: see [alias] in wrangler.toml')
}
