// Stands in the bundle for zod/v4/classic/external.js: [alias] in wrangler.toml names it. The namespace `z` is passed on as
// a value (@hono/zod-openapi), which keeps all that it has; here it has what this code and its libraries call.
export * as coerce from '../../node_modules/zod/v4/classic/coerce.js'
export { ZodError, ZodRealError } from '../../node_modules/zod/v4/classic/errors.js'
export * as iso from '../../node_modules/zod/v4/classic/iso.js'
export * from '../../node_modules/zod/v4/classic/schemas.js'
export { NEVER } from '../../node_modules/zod/v4/core/core.js'
export { toJSONSchema } from './json-schema'
