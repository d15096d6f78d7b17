// dialect personal: the format of accounts, contacts, tags, notes, interactions and errors.
import { z } from 'zod'
import { Password } from '../../auth/passwords'
import { type AppError, invalidError } from '../../errors'
import { email, jsonObject, raw, text, timeZone, uuid } from '../../field-schemas'
import { TagName } from '../../tags/tags.schemas'
import { errorHandler } from '../dialect'
import { instantOrDay, isWord, nullIfBlank, optionalOrBlank, Pagination, pageQuery } from '../fields'

export const Registration = z.object({
  name: text(200),
  email: email(),
  password: Password,
  invitationToken: optionalOrBlank(raw(200)),
})
export const Credentials = z.object({ email: raw(254), password: raw(1_000) })
export const Address = z.object({ email: email() })
export const Token = z.object({ token: raw(200, 1) })
export const PasswordChange = z.object({ oldPassword: raw(1_000), newPassword: Password })
export const PasswordReset = z.object({ ...Token.shape, newPassword: Password })
export const RefreshRequest = z.object({ refreshToken: raw(300, 1) })
/** The OAuth flow checks the other parameters of the provider. */
export const Returned = z.object({ state: raw(200).default('') })
export const Details = z
  .object({ name: text(200), timeZone: timeZone(), email: raw(254) })
  .partial()
  .refine(({ name, timeZone }) => hasFields({ name, timeZone }), { error: 'Send a name or a timeZone' })
export const Status = z.object({
  status: z.preprocess((given) => (isWord(given) ? given.toUpperCase() : given), z.enum(['ACTIVE', 'INACTIVE'])),
})

const contact = {
  name: text(200),
  email: nullIfBlank(email()),
  phone: nullIfBlank(text(50)),
  company: nullIfBlank(text(200)),
  customFields: nullIfBlank(jsonObject()),
}
export const NewContact = z.object(contact)
export const ContactPatch = NewContact.partial().refine(hasFields, { error: 'Send at least one field of a contact' })
export const ContactQuery = z.object({ contactId: uuid() })
/** The columns of an export, as the product names them. */
export const COLUMNS = [
  ...['id', 'name', 'email', 'phone', 'company', 'tags', 'lastInteractionAt', 'createdAt', 'updatedAt', 'customFields'],
]
export const ExportQuery = z.object({ format: z.enum(['csv', 'json', 'vcf']).default('csv') })
export const Contacts = z.object({ contactIds: z.array(uuid()).min(1).max(500) })

const names = z.array(TagName).min(1).max(20)
export const ContactTag = z.object({ contactId: uuid(), tag: TagName })
export const ContactTags = z.object({ contactId: uuid(), tags: names })
export const ManyTags = z.object({ ...Contacts.shape, tags: names })
export const TagBody = z.object({ tag: TagName })
export const TagParam = z.object({ tagName: TagName })

export const NoteQuery = z.object({ noteId: uuid() })
/** The contact may be named in the query or in the body. */
export const ContactIdQuery = z.object({ contactId: uuid().optional() })
export const NewNote = z.object({ contactId: uuid().optional(), content: text(10_000) })
export const NotePatch = z.object({ content: text(10_000) })
export const InteractionQuery = z.object({ interactionId: uuid() })

// Without NOTE: a note has its own routes, and no list of interactions contains it.
const TYPES = ['CALL', 'EMAIL', 'MEETING', 'TASK', 'FOLLOW_UP'] as const
const Type = z.preprocess((given) => (isWord(given) ? given.toUpperCase() : given), z.enum(TYPES))
const interaction = {
  type: Type,
  content: text(10_000),
  date: optionalOrBlank(instantOrDay()),
  followUpDate: nullIfBlank(instantOrDay()),
}
export const NewInteraction = z.object({ contactId: uuid().optional(), ...interaction })
export const InteractionPatch = z
  .object(interaction)
  .partial()
  .refine(hasFields, { error: 'Send at least one field of an interaction' })
export const ListQuery = z.object({ ...pageQuery(20), contactId: optionalOrBlank(uuid()) })

function hasFields(patch: object): boolean {
  return Object.values(patch).some((value) => value !== undefined)
}

const stamps = { createdAt: z.string(), updatedAt: z.string() }
export const User = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  username: z.string().nullable(),
  emailVerified: z.boolean(),
  status: z.string(),
  timeZone: z.string(),
  ...stamps,
})
export const Contact = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  company: z.string().nullable(),
  customFields: z.record(z.string(), z.unknown()).nullable(),
  tags: z.array(z.string()).optional(),
  lastInteractionAt: z.string().nullable(),
  ...stamps,
})
export const Note = z.object({ id: z.string(), contactId: z.string().nullable(), content: z.string(), ...stamps })
export const Interaction = z.object({
  ...Note.shape,
  type: z.string(),
  date: z.string(),
  followUpDate: z.string().nullable(),
})
export const SignedIn = z.object({ user: User, accessToken: z.string(), refreshToken: z.string() })
export const Tokens = SignedIn.omit({ user: true })
export const Deleted = z.object({ deleted: z.array(z.string()), notFound: z.array(z.string()) })
export const Tagged = z.object({ changed: z.int(), notFound: z.array(z.string()) })
export const Usage = z.object({ tag: z.string(), count: z.int() })

/** Every answer has a message, and most have data. */
export const Done = z.object({ message: z.string() })
export const withData = <S extends z.ZodType>(data: S) => z.object({ message: z.string(), data })
export const listOf = <S extends z.ZodType>(item: S) => withData(z.array(item)).extend({ pagination: Pagination })

type WithContactId = z.infer<typeof ContactIdQuery>
/** The id of the contact in the body or, else, in the query. Throws `invalid` where there is none. */
export function requireContactId(body: WithContactId, query: WithContactId): string {
  const id = body.contactId ?? query.contactId
  const message = 'Send it in the query or in the body'
  if (id === undefined) throw invalidError('query.contactId', message, 'missing')
  return id
}

type InteractionLike = { body: string; customerId: string | null; occurredAt: string; followUpAt: string | null }
/** An interaction of the product as a note or an interaction of this system. */
export const entryOf = <R extends InteractionLike>(row: R) => ({
  ...row,
  contactId: row.customerId,
  content: row.body,
  date: row.occurredAt,
  followUpDate: row.followUpAt,
})

/** The fields of the product for an input. A field that is left out stays out. */
export function toInteractionFields(given: Partial<z.infer<typeof InteractionPatch>>) {
  const { type, content, date, followUpDate } = given
  return {
    ...(type === undefined ? {} : { type }),
    ...(content === undefined ? {} : { body: content }),
    ...(date === undefined ? {} : { occurredAt: date }),
    ...(followUpDate === undefined ? {} : { followUpAt: followUpDate }),
  }
}

export const onError = errorHandler(errorBody, {
  invalid: 'Validation failed',
  unauthenticated: 'Unauthorized request',
  invalid_credentials: 'Invalid email or password',
  customer_exists: 'A contact with this email exists',
  last_admin: 'The only ADMIN of a workspace stays active',
  internal: 'Internal Server Error',
})

function errorBody(message: string, { extras }: AppError) {
  const errors = extras.errors?.map(({ path, message }) => ({ field: fieldAt(path), message }))
  return { message, ...(errors ? { errors } : {}) }
}

// The one field that has another name in the product.
function fieldAt(path: string): string {
  return path.replace(/^\w+\./, '').replace('currentPassword', 'oldPassword')
}
