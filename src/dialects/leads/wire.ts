// dialect leads: the format of leads, activities, users and errors.
import { z } from 'zod'
import type { AppError } from '../../errors'
import { jsonValue, raw, uuid } from '../../field-schemas'
import { Member, ROLES } from '../accounts'
import { errorHandler } from '../dialect'
import {
  hasFields,
  jsonField,
  nameWords,
  nullIfBlank,
  oneOf,
  optionalOrBlank,
  Pagination,
  pageQuery,
  STRING,
  TEXT,
  words,
} from '../fields'

const STATUSES = ['NEW', 'CONTACTED', 'QUALIFIED', 'CLOSED'] as const

// JSONB of that system takes any JSON.
const JSONB_BYTES = 262_144
const leadFields = {
  title: nameWords(STRING),
  description: nullIfBlank(words(TEXT)),
  status: optionalOrBlank(oneOf(STATUSES)),
  source: nullIfBlank(words(STRING)),
  ownerId: nullIfBlank(uuid()),
  metadata: nullIfBlank(jsonField(jsonValue(JSONB_BYTES))),
}
export const NewLead = z.object(leadFields)
export const LeadPatch = NewLead.partial().refine(hasFields, { error: 'Send at least one field of a lead' })
export const Lead = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  status: z.enum(STATUSES),
  source: z.string().nullable(),
  ownerId: z.string().nullable(),
  metadata: z.unknown(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export const LeadQuery = z.object({
  ...pageQuery(20),
  status: optionalOrBlank(oneOf(STATUSES)),
  source: optionalOrBlank(words(STRING)),
  ownerId: optionalOrBlank(uuid()),
  search: optionalOrBlank(words(STRING)),
})

const TYPES = ['NOTE', 'CALL', 'EMAIL'] as const
const UNSAID = { NOTE: 'Note', CALL: 'Call', EMAIL: 'E-mail' } as const
const body = optionalOrBlank(words(TEXT))
/** An activity without a text gets its type as text. */
export const NewActivity = z
  .object({ leadId: uuid(), type: oneOf(TYPES), body })
  .transform(({ body, ...activity }) => ({ ...activity, body: body ?? UNSAID[activity.type] }))
export const ActivityPatch = z
  .object({ type: optionalOrBlank(oneOf(TYPES)), body })
  .refine(hasFields, { error: 'Send at least one field of an activity' })
/** An interaction of the product. One that another client has logged may have another type. */
export const Activity = z.object({
  id: z.string(),
  leadId: z.string().nullable(),
  type: z.string(),
  body: z.string(),
  createdBy: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

/** A member; of a colleague, SALES are told the id and the name. */
export const Colleague = Member.partial().required({ id: true, name: true })
export const UserPatch = z
  .object({
    name: nameWords(STRING),
    email: raw(254),
    role: optionalOrBlank(oneOf(ROLES)),
    password: optionalOrBlank(z.undefined('A password is changed by its owner, at /v1/auth/change-password')),
  })
  .partial()
  .refine(({ name, role }) => name !== undefined || role !== undefined, { error: 'Send a name or a role' })

export const RefreshRequest = z.object({ refreshToken: raw(300, 1) })
export const Tokens = z.object({ accessToken: z.string(), refreshToken: z.string() })
export const LogoutRequest = z.object({ refreshToken: optionalOrBlank(raw(300, 1)) })

export const Pages = z.object(pageQuery(20))
export const Done = z.object({ message: z.string() })
export const LeadParam = z.object({ leadId: uuid() })

/** A page of something. */
export const listOf = <S extends z.ZodType>(item: S) => z.object({ data: z.array(item), pagination: Pagination })

// A lead of the pool is there for SALES as little as another's: one answer for every method.
export const onError = errorHandler(
  errorBody,
  { invalid: 'Validation failed', not_yours: 'This does not exist' },
  { not_yours: 404 },
)

function errorBody(message: string, { extras }: AppError) {
  const errors = extras.errors?.map(({ path, message }) => ({ field: path.replace(/^\w+\./, ''), message }))
  return { message, ...(errors ? { errors } : {}) }
}
