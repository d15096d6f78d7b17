// dialect tickets: the format of users, customers, interactions, tickets and errors, and the token in its own header.
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { Password } from '../../auth/passwords'
import type { AppError } from '../../errors'
import { email, raw, uuid } from '../../field-schemas'
import type { AppEnv } from '../../http/context'
import { errorHandler } from '../dialect'
import {
  blankAsAbsent,
  hasFields,
  instantOrClockTime,
  nameWords,
  nullIfBlank,
  oneOf,
  oneOfLower,
  optionalOrBlank,
  pageQuery,
  STRING,
  TEXT,
  UNPAGED,
  withoutMillis,
  words,
} from '../fields'

const IMPORT = '/import/customer_data'
// Every request of this system claims to be a form. One without a boundary is a bare file.
const NO_FORM = /^multipart\/form-data(?!.*boundary=)/i

/** A request as the product reads it: `token` becomes Authorization. */
export const translate = createMiddleware<AppEnv>(async function translate(c, next) {
  const headers = new Headers(c.req.raw.headers)
  const token = headers.get('token')
  if (token && !headers.has('Authorization')) headers.set('Authorization', `Bearer ${token}`)
  if (c.req.path.endsWith(IMPORT) && NO_FORM.test(headers.get('Content-Type') ?? '')) headers.delete('Content-Type')
  c.req.raw = new Request(c.req.raw, { headers })
  await next()
})

const ROLES = { ADMIN: 'ADMIN', MANAGER: 'MANAGER', SALES: 'SALES', USER: 'SALES' } as const
const role = oneOf(['ADMIN', 'MANAGER', 'SALES', 'USER']).transform((given) => ROLES[given])
const account = { name: nameWords(STRING), email: email(), password: Password }
export const CustomerSignup = z.object({
  ...account,
  company: optionalOrBlank(words(STRING)),
  phone: optionalOrBlank(words(STRING)),
})
export const UserSignup = z.object({ ...account, role: blankAsAbsent(role.default('SALES')) })
export const Credentials = z.object({ email: raw(254), password: raw(1_000) })

export const UserPatch = z
  .object({
    name: nameWords(STRING),
    email: raw(254),
    role: optionalOrBlank(role),
    password: optionalOrBlank(z.undefined('a password is changed by its owner, at /v1/auth/change-password')),
  })
  .partial()
  .refine(({ name, role }) => name !== undefined || role !== undefined, { error: 'send a name or a role' })
export const CustomerPatch = z
  .object({
    name: nameWords(STRING),
    email: email(),
    phone: nullIfBlank(words(STRING)),
    company: nullIfBlank(words(STRING)),
  })
  .partial()
  .refine(hasFields, { error: 'send a name, an email, a phone or a company' })

const TYPES = ['NOTE', 'CALL', 'EMAIL', 'MEETING', 'TASK', 'FOLLOW_UP'] as const
const interactionShape = {
  type: optionalOrBlank(oneOf(TYPES)),
  description: optionalOrBlank(words(TEXT)),
  date: optionalOrBlank(instantOrClockTime()),
  follow_up: nullIfBlank(instantOrClockTime()),
}
export const Meeting = z.object(interactionShape)
export const NewInteraction = z.object({ ...interactionShape, customer_id: uuid() })
export const InteractionPatch = z
  .object(interactionShape)
  .refine(hasFields, { error: 'send a type, a description, a date or a follow_up' })

const PRIORITIES = ['LOW', 'NORMAL', 'HIGH', 'URGENT'] as const
const ticket = {
  title: nameWords(STRING),
  description: nullIfBlank(words(TEXT)),
  priority: optionalOrBlank(oneOf(PRIORITIES)),
}
export const NewTicket = z.object(ticket)
export const TicketPatch = z
  .object({ ...ticket, status: oneOf(['OPEN', 'IN_PROGRESS', 'RESOLVED', 'CLOSED']) })
  .partial()
  .refine(hasFields, { error: 'send a title, a description, a priority or a status' })

export const Pages = z.object(pageQuery(UNPAGED))
/** The columns of an export, as the product names them. */
export const COLUMNS = ['id', 'name', 'email', 'phone', 'company', 'createdAt', 'updatedAt']
export const ExportQuery = z.object({ format: blankAsAbsent(oneOfLower(['csv', 'json']).default('csv')) })
export const UserParam = z.object({ user_id: uuid() })
export const CustParam = z.object({ cust_id: uuid() })
export const CustomerParam = z.object({ customer_id: uuid() })
export const InteractionParam = z.object({ interaction_id: uuid() })

const stamped = { created_at: z.string(), updated_at: z.string() }
export const User = z.object({
  id: z.string(),
  user_id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  token: z.string().optional(),
  ...stamped,
})
export const Customer = z.object({
  customer_id: z.string(),
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  company: z.string().nullable(),
  phone: z.string().nullable(),
  token: z.string().optional(),
  ...stamped,
})
export const Interaction = z.object({
  id: z.string(),
  interaction_id: z.string(),
  user_id: z.string().nullable(),
  customer_id: z.string().nullable(),
  type: z.string(),
  description: z.string(),
  date: z.string(),
  follow_up: z.string().nullable(),
  ...stamped,
})
export const Ticket = z.object({
  id: z.string(),
  ticket_id: z.string(),
  customer_id: z.string(),
  interaction_id: z.string().nullable(),
  title: z.string(),
  description: z.string().nullable(),
  status: z.string(),
  priority: z.string(),
  ...stamped,
})
export const Inserted = z.object({ InsertedID: z.string() })
export const CustomerMade = z.object({ insertId: Inserted, message: z.string() })
export const CustomerSignedIn = z.object({ customer: Customer, message: z.string() })
export const UserMade = z.object({ message: z.string(), user: User })
export const UserSignedIn = z.object({ msg: z.string(), token: z.string(), user: User })
export const Done = z.object({ message: z.string() })
const Fault = z.object({ line: z.int(), field: z.string().nullable(), message: z.string() })
export const Imported = z.object({
  message: z.string(),
  import_id: z.string(),
  ...{ received: z.int(), created: z.int(), updated: z.int(), failed: z.int() },
  errors: z.array(Fault),
})
/** The media types of a file of customers, as the body or in a form. */
export const IMPORTS = ['text/csv', 'application/json', 'text/vcard', 'multipart/form-data']
/** How a file of customers is imported: a known address updates its customer, and unknown columns become custom fields. */
export const IMPORTING = { entity: 'customers', mode: 'upsert', duplicates: 'last', unknown: 'customFields' } as const
export const importBody = <R extends { id: string }>(message: string, report: R) =>
  Imported.parse({ ...report, message, import_id: report.id })

type Stamped = { id: string; createdAt: string; updatedAt: string }
const stamps = ({ createdAt, updatedAt }: Stamped) => ({
  created_at: withoutMillis(createdAt),
  updated_at: withoutMillis(updatedAt),
})

/** A member. `SALES` is `USER` in this system. The token is the caller's. */
export const userOf = <R extends Stamped & { role: string }>(row: R, token?: string) =>
  User.parse({ ...row, ...stamps(row), user_id: row.id, role: row.role.replace('SALES', 'USER'), token })

export const customerOf = <R extends Stamped>(row: R, token?: string) =>
  Customer.parse({ ...row, ...stamps(row), customer_id: row.id, token })

type InteractionLike = Stamped & {
  body: string
  occurredAt: string
  followUpAt: string | null
  createdBy: string | null
  customerId: string | null
}
export function interactionOf(row: InteractionLike) {
  const { id, body, occurredAt, followUpAt, createdBy, customerId } = row
  return Interaction.parse({
    ...row,
    ...stamps(row),
    interaction_id: id,
    user_id: createdBy,
    customer_id: customerId,
    description: body,
    date: withoutMillis(occurredAt),
    follow_up: followUpAt && withoutMillis(followUpAt),
  })
}

export const ticketOf = <R extends Stamped & { customerId: string; interactionId: string | null }>(row: R) =>
  Ticket.parse({
    ...row,
    ...stamps(row),
    ticket_id: row.id,
    customer_id: row.customerId,
    interaction_id: row.interactionId,
  })

/** An interaction of the product for an input: a meeting where no type is given, which is mailed to the customer. */
export function loggedIn(given: z.infer<typeof Meeting>) {
  const logged = { type: 'MEETING' as const, body: 'Meeting', ...toInteractionFields(given) }
  return { ...logged, notifyCustomer: logged.type === 'MEETING' && ('within limits' as const) }
}

/** The fields of the product for an interaction, its times by the user's clock. A field that is left out stays out. */
export function toInteractionFields({ type, description, date, follow_up }: z.infer<typeof Meeting>) {
  return {
    ...(type === undefined ? {} : { type }),
    ...(description === undefined ? {} : { body: description }),
    ...(date === undefined ? {} : { occurredAt: date }),
    ...(follow_up === undefined ? {} : { followUpAt: follow_up }),
  }
}

export const onError = errorHandler((message, error) => ({ error: firstIssueMessage(error) ?? message }), {
  unauthenticated: 'no authorization header provided, or the token is invalid or expired',
  invalid_credentials: 'email or password is incorrect',
  forbidden: 'unauthorized to access this resource',
  internal: 'internal server error',
})

function firstIssueMessage({ extras }: AppError): string | undefined {
  const [issue] = extras.errors ?? []
  return issue && `${issue.path.replace(/^(body|query|path|header)\.?/, '')} ${issue.message}`.trim()
}
