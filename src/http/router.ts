// How every router of the API is made: OpenAPI routes over AppEnv, one way to refuse input, one way to say JSON.
import { OpenAPIHono, type z } from '@hono/zod-openapi'
import { AppError } from '../errors'
import type { AppEnv } from './context'

type Options = Pick<NonNullable<ConstructorParameters<typeof OpenAPIHono<AppEnv>>[0]>, 'getPath'>

/** A router whose failed validations all become the `validationError` problem, each issue with its path and the mend. */
export function createRouter(options: Options = {}) {
  return new OpenAPIHono<AppEnv>({
    ...options,
    defaultHook: (result) => {
      if (!result.success) throw validationError(result.target, result.error)
    },
  })
}

/** The `validationError` failure of what a request carries in `target`: its json, query, param or header. */
export function validationError(target: string, error: z.core.$ZodError): AppError {
  return new AppError('invalid', { errors: issues(target, error) })
}

const PLACES: Record<string, string> = { json: 'body', query: 'query', param: 'path', header: 'header' }

// One by one, for a body may have a hundred thousand, of which fifty are told.
function* issues(target: string, error: z.core.$ZodError) {
  const place = PLACES[target] ?? target
  const what = target === 'query' ? 'query parameter' : 'field'
  for (const issue of error.issues) {
    const path = [place, ...issue.path.map(String)].join('.')
    if (issue.code !== 'unrecognized_keys') yield { path, message: issueMessage(issue), code: issue.code }
    else for (const key of issue.keys) yield { path: `${path}.${key}`, message: `Unknown ${what}`, code: 'unknown' }
  }
}

// What is missing is said to be missing, not to have a wrong type.
function issueMessage({ code, message }: z.core.$ZodIssue): string {
  return code === 'invalid_type' && message.endsWith('received undefined') ? 'Required' : message
}

/** A JSON response of an OpenAPI route. */
export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** A JSON request body; required, so that a wrong content type is 415 and never skips validation. */
export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } }
}
