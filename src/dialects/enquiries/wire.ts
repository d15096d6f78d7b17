// dialect enquiries: the format of enquiries, people and errors.
import { z } from 'zod'
import type { AppError } from '../../errors'
import { email, raw } from '../../field-schemas'
import { errorHandler } from '../dialect'
import { nameWords, optionalOrBlank, Pagination, pageQuery, STRING, words } from '../fields'

export const NewEnquiry = z.object({
  name: nameWords(STRING),
  email: email(),
  phone: optionalOrBlank(words(STRING)),
  courseInterest: optionalOrBlank(words(STRING)),
  message: optionalOrBlank(words(5_000)),
  turnstileToken: optionalOrBlank(raw(2048)),
})

const SentEnquiry = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  courseInterest: z.string().nullable(),
  message: z.string().nullable(),
  createdAt: z.string(),
})
/** An enquiry for the staff: a lead of the product, which may have another source than the form. */
const Enquiry = SentEnquiry.extend({
  name: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  claimedBy: z.string().nullable(),
  claimedAt: z.string().nullable(),
  updatedAt: z.string(),
})

export const Sent = z.object({ success: z.literal(true), data: SentEnquiry })
export const One = z.object({ success: z.literal(true), data: Enquiry })
export const List = z.object({ success: z.literal(true), data: z.array(Enquiry), pagination: Pagination })
export const Pages = z.object(pageQuery(20))

type Row = { interest: string | null } & Record<string, unknown>

export const sentBody = (row: Row) => Sent.parse({ success: true, data: { ...row, courseInterest: row.interest } })
export const oneBody = (row: Row) => One.parse({ success: true, data: enquiryOf(row) })
export const listBody = (rows: Row[], pages: z.infer<typeof Pagination>) =>
  List.parse({ success: true, data: rows.map(enquiryOf), pagination: pages })

const enquiryOf = (row: Row) => ({ ...row, courseInterest: row.interest, claimedBy: row.ownerId })

/** Its messages as its README has them, and the issues of the input. */
export const onError = errorHandler(errorBody, {
  invalid: 'Invalid input',
  malformed_json: 'Invalid input',
  unauthenticated: 'Missing or invalid token',
  not_found: 'Resource doesn’t exist',
  already_claimed: 'Lead already claimed',
  already_yours: 'Lead already claimed',
  internal: 'Unexpected issue',
})

function errorBody(message: string, { extras }: AppError) {
  const errors = extras.errors?.map(({ path, message }) => ({ field: path.replace(/^\w+\./, ''), message }))
  return { success: false, message, ...(errors ? { errors } : {}) }
}
