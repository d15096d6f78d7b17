// The table of errors: statuses, titles, OpenAPI responses and AppError come from it.
import { z } from '@hono/zod-openapi'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

export const ERRORS = {
  invalid: [400, 'The request is not valid'],
  malformed_json: [400, 'The body is not JSON'],
  invalid_cursor: [400, 'The cursor is invalid or belongs to another query'],
  invalid_idempotency_key: [400, 'The Idempotency-Key is invalid'],
  invalid_invitation: [
    400,
    'The invitation is unknown, used, withdrawn or expired, is for another address, or its inviter has left',
  ],
  invalid_token: [400, 'The token is unknown, used or expired'],
  invalid_oauth_state: [400, 'This sign-in did not start in this browser, has ended, or took too long'],
  invalid_oauth_code: [400, 'The code is unknown, used or expired, or belongs to another browser'],
  oauth_failed: [400, 'The provider did not confirm your identity'],
  invalid_signature: [400, 'The signature is not from Stripe or is too old'],
  unreadable_import: [400, 'The file has no readable records'],
  unsupported_encoding: [400, 'The text is not UTF-8'],
  nothing_imported: [400, 'No row of the file could be imported'],
  invalid_owner: [400, 'The owner is not an active member of the team'],
  unauthenticated: [401, 'A valid access token or API key is required'],
  token_expired: [401, 'The access token has expired'],
  invalid_credentials: [401, 'The credentials are wrong'],
  invalid_refresh_token: [401, 'The refresh token is unknown, used or expired'],
  plan_limit: [402, 'The plan does not allow more of these'],
  reauthentication_required: [403, 'This needs a sign-in within the last 15 minutes'],
  email_unverified: [403, 'Verify your e-mail address first'],
  forbidden: [403, 'You are not allowed to do this'],
  not_yours: [403, 'You can see this lead, but you do not own it'],
  oauth_denied: [403, 'You denied access at the provider'],
  oauth_email_unverified: [403, 'The provider has no verified e-mail address for you'],
  signup_closed: [403, 'Registration is closed'],
  not_found: [404, 'This does not exist'],
  method_not_allowed: [405, 'This path does not know the method'],
  already_claimed: [409, 'Another member has claimed this lead'],
  already_yours: [409, 'This lead is yours already'],
  already_converted: [409, 'The lead is already converted'],
  customer_exists: [409, 'A customer with this e-mail address exists'],
  external_id_taken: [409, 'Another record has this external id'],
  login_taken: [409, 'The portal login belongs to another customer'],
  already_erased: [409, 'The data of this person is already erased, and none was added since'],
  merged_away: [409, 'The customer was merged into another one'],
  invalid_transition: [409, 'The ticket cannot change from its status to that one'],
  relationship_cycle: [409, 'This relationship would create a cycle'],
  tag_exists: [409, 'A tag with this name exists'],
  field_exists: [409, 'A field with this key exists'],
  stage_exists: [409, 'A stage with this name exists'],
  too_many_stages: [409, 'There may be at most 20 stages of leads, and 20 of tickets'],
  stage_in_use: [409, 'Records are in this stage'],
  field_taken: [409, 'Another record has this value'],
  too_many_views: [409, 'A list may have at most 50 shared views, and 50 of a member'],
  view_outdated: [409, 'The view no longer fits its list'],
  too_many_indexed: [409, 'An entity may have at most five indexed fields'],
  too_many_fields: [409, 'An entity may have at most 50 fields'],
  too_many_tags: [409, 'A record may have at most 50 tags'],
  email_taken: [409, 'The e-mail address is already in use'],
  account_unverified: [409, 'An account with this e-mail address exists, but the address is not verified'],
  provider_taken: [409, 'Another account of this provider is already linked'],
  identity_taken: [409, 'This account of the provider is linked to another user'],
  last_way_in: [409, 'You cannot remove your only way to sign in'],
  username_taken: [409, 'The username is already in use'],
  slug_taken: [409, 'The slug is already in use'],
  import_running: [409, 'The import is still running'],
  workspace_not_empty: [409, 'The workspace has records already'],
  import_over: [409, 'The import has ended'],
  job_over: [409, 'The job has ended'],
  job_not_cancellable: [409, 'A job of this kind cannot be cancelled'],
  count_differs: [409, 'The filter finds another number of records than you expect'],
  too_many_records: [409, 'These are too many records for one change'],
  already_undone: [409, 'The change was undone already'],
  undo_expired: [409, 'The change can no longer be undone'],
  not_undoable: [409, 'A job of this kind cannot be undone'],
  already_sent: [409, 'The mail was already sent'],
  webhook_limit: [409, 'A workspace has at most 10 webhooks'],
  webhook_secret_lost: [409, 'The secret of the webhook cannot be opened any more'],
  last_admin: [409, 'A workspace needs an active ADMIN'],
  already_subscribed: [409, 'The workspace already has a subscription'],
  not_subscribed: [409, 'The workspace has no subscription yet'],
  answer_not_kept: [409, 'The request was done, but its answer was too large to store'],
  idempotency_in_flight: [409, 'A request with this Idempotency-Key is still running'],
  stale: [412, 'The record has changed since you read it'],
  body_too_large: [413, 'The body is too large'],
  file_too_large: [413, 'The file is larger than 50 MB'],
  wrong_content_type: [415, 'The body must be application/json'],
  idempotency_mismatch: [422, 'This Idempotency-Key was used with another request'],
  locked_out: [429, 'Too many failed sign-ins'],
  rate_limited: [429, 'Too many requests'],
  mail_limit: [429, 'Too many mails for today'],
  enquiry_limit: [429, 'Too many enquiries for today'],
  internal: [500, 'Something went wrong on our side'],
  misconfigured: [500, 'The service is not configured'],
  not_configured: [501, 'This feature is not configured'],
  stripe_refused: [502, 'Stripe did not accept this'],
  stripe_unavailable: [503, 'Stripe is not answering'],
  unavailable: [503, 'The database is not answering'],
  provider_unavailable: [503, 'The provider is not answering'],
  turnstile_unavailable: [503, 'Turnstile is not answering'],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>

export type ErrorCode = keyof typeof ERRORS
type StatusOf<C extends ErrorCode> = (typeof ERRORS)[C][0]

export const Issue = z.object({ path: z.string(), message: z.string(), code: z.string() }).openapi('Issue')

/** Whether a text is the code of an error. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code)
}

/** RFC 9457 problem details. `code` is stable: clients branch on it. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    code: z.custom<ErrorCode>(isErrorCode).openapi({ type: 'string', enum: Object.keys(ERRORS) }),
    requestId: z.string(),
    errors: z.array(Issue).optional(),
    existingId: z.string().optional(),
    importId: z.string().optional(),
    claimedAt: z.string().optional(),
    claimedBy: z.object({ id: z.string(), name: z.string() }).optional(),
    lead: z
      .looseObject({ id: z.string() })
      .optional()
      .openapi({ description: 'The lead, as `GET /v1/leads/{id}` has it.' }),
    count: z.number().int().optional().openapi({ description: 'How many records the filter finds.' }),
    limit: z.object({ of: z.string(), count: z.number().int(), max: z.number().int() }).optional(),
    upgradeUrl: z.string().optional(),
  })
  .openapi('Problem')

export type ProblemExtras = {
  detail?: string
  errors?: Issue[]
  existingId?: string
  importId?: string
  claimedAt?: string
  claimedBy?: { id: string; name: string }
  lead?: { id: string }
  count?: number
  limit?: { of: string; count: number; max: number }
  upgradeUrl?: string
}

export type Issue = z.infer<typeof Issue>
type Extras = ProblemExtras & { retryAfter?: number; etag?: string; allow?: string }

/** An error by its code. `retryAfter` is in seconds, `etag` is the record's present one. It keeps the first 50 issues. */
export class AppError extends Error {
  readonly extras: Extras

  constructor(
    readonly code: ErrorCode,
    { errors, ...rest }: Omit<Extras, 'errors'> & { errors?: Iterable<Issue> } = {},
  ) {
    super(code)
    this.extras = errors ? { ...rest, errors: firstIssues(errors) } : rest
  }
}

/** An `invalid` with one issue. `path` begins with body, query, path or header. */
export function invalidError(path: string, message: string, code: string): AppError {
  return new AppError('invalid', { errors: [{ path, message, code }] })
}

const MAX_ISSUES = 50
const MAX_PATH = 200
const cut = (text: string, max: number) => (text.length > max ? `${text.slice(0, max)}…` : text)

// The size of an answer must not depend on the input: neither on the number of issues nor on the names of fields.
function firstIssues(issues: Iterable<Issue>): Issue[] {
  const listed: Issue[] = []
  let more = 0
  for (const { path, message, code } of issues) {
    if (listed.length < MAX_ISSUES)
      listed.push({ path: cut(path, MAX_PATH), message: cut(message, 10 * MAX_PATH), code })
    else more += 1
  }
  const [first] = listed
  if (first === undefined || more === 0) return listed
  const [place = ''] = first.path.split('.', 1)
  return [...listed, { path: place, message: `${more} more issues are not listed`, code: 'more' }]
}

/** The errors of a guarded read, of a guarded change and of a guarded POST, to spread into `errors()`. */
export const READ = [
  'invalid',
  'unauthenticated',
  'token_expired',
  'forbidden',
  'email_unverified',
  'rate_limited',
  'unavailable',
] as const
export const WRITE = [
  ...READ,
  'malformed_json',
  'unsupported_encoding',
  'body_too_large',
  'wrong_content_type',
] as const
export const POST = [
  ...WRITE,
  'invalid_idempotency_key',
  'idempotency_in_flight',
  'idempotency_mismatch',
  'answer_not_kept',
] as const
/** The errors of a POST that needs no token. */
export const OPEN_POST = POST.filter(
  (code) =>
    code !== 'unauthenticated' && code !== 'token_expired' && code !== 'forbidden' && code !== 'email_unverified',
)

type ProblemResponse = { description: string; content: { 'application/problem+json': { schema: typeof Problem } } }

/** OpenAPI responses for these codes, one for each status, to spread into the `responses` of a route. */
export function errors<const C extends readonly ErrorCode[]>(
  ...codes: C
): Record<StatusOf<C[number]>, ProblemResponse> {
  const byStatus = Map.groupBy(new Set(codes), (code: C[number]): StatusOf<C[number]> => ERRORS[code][0])
  const responses = [...byStatus].map(([status, list]) => [status, problemResponse(list)] as const)
  return byKey(responses)
}

// Object.fromEntries loses the types of keys, which the typed client needs.
function byKey<K extends number, V>(entries: (readonly [K, V])[]): Record<K, V> {
  return Object.fromEntries(entries) as Record<K, V>
}

function problemResponse(codes: ErrorCode[]) {
  const description = codes.map((code) => `\`${code}\`: ${ERRORS[code][1]}.`).join(' ')
  const examples = Object.fromEntries(
    codes.map((code) => [code, { value: problem(code, '0b6f…', 'https://crm.example') }]),
  )
  return { description, content: { 'application/problem+json': { schema: Problem, examples } } }
}

/** The problem document of a code. `type` is the address of a page of this Worker that explains it. */
export function problem(code: ErrorCode, requestId: string, origin: string, extras: ProblemExtras = {}) {
  const [status, title] = ERRORS[code]
  return { type: `${origin}/problems/${code}`, title, status, code, requestId, ...extras }
}
