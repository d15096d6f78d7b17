// dialect leads: the format of leads, activities, users and errors.
import { z } from 'zod'
import type { AppError } from '../../errors'
import { jsonObject, raw, text, uuid } from '../../field-schemas'
import { ROLES } from '../accounts'
import { errorHandler } from '../dialect'
import { nullIfBlank, optionalOrBlank, Pagination, pageQuery } from '../fields'

const STATUSES = ['NEW', 'CONTACTED', 'QUALIFIED', 'CLOSED'] as const

const leadFields = {
  title: text(200),
  description: nullIfBlank(text(10_000)),
  status: optionalOrBlank(z.enum(STATUSES)),
  source: nullIfBlank(text(100)),
  ownerId: nullIfBlank(uuid()),
  metadata: nullIfBlank(jsonObject()),
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
  metadata: z.record(z.string(), z.unknown()).nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export const LeadQuery = z.object({
  ...pageQuery(20),
  status: optionalOrBlank(z.enum(STATUSES)),
  source: optionalOrBlank(text(100)),
  ownerId: optionalOrBlank(uuid()),
  search: optionalOrBlank(text(100)),
})

const TYPES = ['NOTE', 'CALL', 'EMAIL'] as const
const UNSAID = { NOTE: 'Note', CALL: 'Call', EMAIL: 'E-mail' } as const
const body = optionalOrBlank(text(10_000))
/** An activity without a text gets its type as text. */
export const NewActivity = z
  .object({ leadId: uuid(), type: z.enum(TYPES), body })
  .transform(({ body, ...activity }) => ({ ...activity, body: body ?? UNSAID[activity.type] }))
export const ActivityPatch = z
  .object({ type: optionalOrBlank(z.enum(TYPES)), body })
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

export const UserPatch = z
  .object({
    name: text(200),
    email: raw(254),
    role: z.enum(ROLES),
    password: optionalOrBlank(z.undefined('A password is changed by its owner, at /v1/auth/change-password')),
  })
  .partial()
  .refine(({ name, role }) => name !== undefined || role !== undefined, { error: 'Send a name or a role' })

export const RefreshRequest = z.object({ refreshToken: raw(300, 1) })
export const Tokens = z.object({ accessToken: z.string(), refreshToken: z.string() })
export const LogoutRequest = RefreshRequest.partial()

export const Pages = z.object(pageQuery(20))
export const Done = z.object({ message: z.string() })
export const LeadParam = z.object({ leadId: uuid() })

/** A page of something. */
export const listOf = <S extends z.ZodType>(item: S) => z.object({ data: z.array(item), pagination: Pagination })

function hasFields(patch: object): boolean {
  return Object.values(patch).some((value) => value !== undefined)
}

export const onError = errorHandler(errorBody, { invalid: 'Validation failed', malformed_json: 'The body is not JSON' })

function errorBody(message: string, { extras }: AppError) {
  const errors = extras.errors?.map(({ path, message }) => ({ field: path.replace(/^\w+\./, ''), message }))
  return { message, ...(errors ? { errors } : {}) }
}
