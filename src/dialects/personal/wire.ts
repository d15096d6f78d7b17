// dialect personal: the format of accounts, contacts, tags, notes, interactions and errors.
import { z } from 'zod'
import { Password } from '../../auth/passwords'
import type { AppError } from '../../errors'
import { email, jsonObject, raw, timeZone, uuid } from '../../field-schemas'
import { noteIn } from '../../interactions/interactions.notes'
import { errorHandler } from '../dialect'
import {
  blankAsAbsent,
  hasFields,
  instantOrClockTime,
  jsonField,
  listField,
  nameWords,
  nullIfBlank,
  oneOf,
  oneOfLower,
  optionalOrBlank,
  Pagination,
  pageQuery,
  STRING,
  TEXT,
  tagWord,
  words,
} from '../fields'

export const Registration = z.object({
  name: nameWords(STRING),
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
  .object({ name: nameWords(STRING), timeZone: optionalOrBlank(timeZone()), email: raw(254) })
  .partial()
  .refine(({ name, timeZone }) => hasFields({ name, timeZone }), { error: 'Send a name or a timeZone' })
export const Status = z.object({
  status: oneOf(['ACTIVE', 'INACTIVE']),
})

const contact = {
  name: nameWords(STRING),
  email: nullIfBlank(email()),
  phone: nullIfBlank(words(STRING)),
  company: nullIfBlank(words(STRING)),
  customFields: nullIfBlank(jsonField(jsonObject())),
  tags: optionalOrBlank(listField(z.array(tagWord()).max(20))),
}
export const NewContact = z.object(contact)
const contactId = uuid()
export const ContactPatch = z
  .object({ ...NewContact.partial().shape, contactId })
  .refine(({ contactId, ...fields }) => hasFields(fields), { error: 'Send at least one field of a contact' })
export const ContactId = z.object({ contactId })
/** The columns of an export, as the product names them. */
export const COLUMNS = [
  ...['id', 'name', 'email', 'phone', 'company', 'tags', 'lastInteractionAt', 'createdAt', 'updatedAt', 'customFields'],
]
export const ExportQuery = z.object({ format: blankAsAbsent(oneOfLower(['csv', 'json', 'vcf']).default('csv')) })
export const Contacts = z.object({ contactIds: listField(z.array(contactId).min(1).max(500)) })

const names = listField(z.array(tagWord()).min(1).max(20))
export const ContactTag = z.object({ contactId, tag: tagWord() })
export const ContactTags = z.object({ contactId, tags: names })
export const ManyTags = z.object({ ...Contacts.shape, tags: names })
export const TagBody = z.object({ tag: tagWord() })
export const TagParam = z.object({ tagName: tagWord() })

const noteId = uuid()
export const NoteId = z.object({ noteId })
const title = nullIfBlank(words(STRING).transform((line) => line.replace(/\s+/g, ' ')))
const content = words(TEXT)
export const NewNote = z.object({ contactId, title, content })
export const NotePatch = z
  .object({ noteId, title, content: content.optional() })
  .refine(({ title, content }) => hasFields({ title, content }), { error: 'Send a title or a content' })
const interactionId = uuid()
export const InteractionId = z.object({ interactionId })

// Without NOTE: a note has its own routes, and no list of interactions contains it.
const TYPES = ['CALL', 'EMAIL', 'MEETING', 'TASK', 'FOLLOW_UP'] as const
const interaction = {
  type: oneOf(TYPES),
  content,
  date: optionalOrBlank(instantOrClockTime()),
  followUpDate: nullIfBlank(instantOrClockTime()),
}
export const NewInteraction = z.object({ contactId, ...interaction })
export const InteractionPatch = z
  .object({ ...z.object(interaction).partial().shape, interactionId })
  .refine(({ interactionId, ...fields }) => hasFields(fields), { error: 'Send at least one field of an interaction' })
export const ListQuery = z.object({ ...pageQuery(20), contactId: optionalOrBlank(contactId) })

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
const entry = { id: z.string(), contactId: z.string().nullable(), content: z.string(), ...stamps }
export const Note = z.object({ ...entry, title: z.string().nullable() })
export const Interaction = z.object({
  ...entry,
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

type InteractionLike = { body: string; customerId: string | null; occurredAt: string; followUpAt: string | null }
/** An interaction of the product as one of this system. */
export const entryOf = <R extends InteractionLike>(row: R) => ({
  ...row,
  contactId: row.customerId,
  content: row.body,
  date: row.occurredAt,
  followUpDate: row.followUpAt,
})

/** An interaction of the product as a note of this system. */
export const noteOf = <R extends InteractionLike>(row: R) => Note.parse({ ...entryOf(row), ...noteIn(row.body) })

/** The fields of the product for an input, its times by the user's clock. A field that is left out stays out. */
export function toInteractionFields(given: Omit<z.infer<typeof InteractionPatch>, 'interactionId'>) {
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
