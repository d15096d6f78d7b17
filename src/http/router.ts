// The routers of the API: OpenAPI routes over AppEnv, with one error for invalid input and one form of JSON.
import { OpenAPIHono, type z } from '@hono/zod-openapi'
import { getPath } from 'hono/utils/url'
import { AppError } from '../errors'
import type { AppEnv } from './context'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
// What other APIs call the two parameters of pages.
const PAGE_WORDS = ['page', 'offset', 'skip', 'start', 'after', 'pagetoken']
const LIMIT_WORDS = ['perpage', 'pagesize', 'size', 'count', 'take', 'top']

type Options = Pick<NonNullable<ConstructorParameters<typeof OpenAPIHono<AppEnv>>[0]>, 'getPath'>

/** A router whose failed validations become a `validationError`. */
export function createRouter(options: Options = {}) {
  return new OpenAPIHono<AppEnv>({
    ...options,
    defaultHook: (result) => {
      if (!result.success) throw validationError(result.target, result.error)
    },
  })
}

/** The path of a request without slashes that repeat, which a path joined of two parts has. /v1 knows none at the end either. */
export function tidyPath(request: Request): string {
  const path = getPath(request)
  const tidy = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path
  return tidy.startsWith('/v1/') && tidy.endsWith('/') ? tidy.slice(0, -1) : tidy
}

/** The `invalid` error for a part of a request: its json, query, param or header. Each issue has its path. */
export function validationError(target: string, error: z.core.$ZodError): AppError {
  return new AppError('invalid', { errors: issues(target, error) })
}

const PLACES: Record<string, string> = { json: 'body', query: 'query', param: 'path', header: 'header' }

// A generator, because a body may have a hundred thousand issues, of which fifty are used.
function* issues(target: string, error: z.core.$ZodError) {
  const place = PLACES[target] ?? target
  const isQuery = target === 'query'
  const kind = isQuery ? 'query parameter' : 'field'
  for (const issue of error.issues) {
    const path = [place, ...issue.path.map(String)].join('.')
    if (issue.code !== 'unrecognized_keys') yield { path, message: issueMessage(issue), code: issue.code }
    else
      for (const key of issue.keys) {
        yield { path: `${path}.${key}`, message: `Unknown ${kind}${isQuery ? meant(key) : ''}`, code: 'unknown' }
      }
  }
}

/** A hint at the parameter that is meant by one that other APIs have: ours are `cursor` and `limit`. */
export function meant(name: string): string {
  const word = name
    .slice(0, 20)
    .toLowerCase()
    .replace(/[^a-z]/g, '')
  if (PAGE_WORDS.includes(word))
    return ': pages of lists are asked for by `cursor`, the `nextCursor` of the page before'
  return LIMIT_WORDS.includes(word) ? ': the size of a page is `limit`' : ''
}

// Zod reports a missing field as one of the wrong type.
function issueMessage({ code, message }: z.core.$ZodIssue): string {
  return code === 'invalid_type' && message.endsWith('received undefined') ? 'Required' : message
}

/** The methods that a path knows, by routes other than those of all methods. */
export function methodsOf({ router }: OpenAPIHono<AppEnv>, path: string): string[] {
  return METHODS.filter((method) => router.match(method, path)[0].some(([[, route]]) => route.method === method))
}

/** A JSON response of an OpenAPI route. */
export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** A JSON request body. It is required, so that a wrong content type is a 415 and does not skip validation. */
export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } }
}
