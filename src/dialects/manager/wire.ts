// dialect manager: the format of customers, interactions, accounts and errors.
import { z } from 'zod'
import { Password } from '../../auth/passwords'
import type { AppError } from '../../errors'
import { email, isPlain, raw, usernameForm, uuid } from '../../field-schemas'
import { errorHandler } from '../dialect'
import {
  instantOrClockTime,
  nameWords,
  nullIfBlank,
  oneOfLower,
  optionalOrBlank,
  pageQuery,
  STRING,
  TEXT,
  withoutZeroMillis,
  words,
} from '../fields'

const requiredMessage = (what: string) => `Invalid - ${what} field required`
const requiredText = (what: string, max: number) => words(max, requiredMessage(what))

export const Registration = z
  .object({
    username: requiredText('Username', STRING)
      .transform(usernameForm)
      .refine(isPlain, 'Username must not hold characters that cannot be seen'),
    email: email({ missing: requiredMessage('Email'), wrong: 'Invalid email format' }),
    password: raw(1_000, 1, requiredMessage('Password')).pipe(Password),
    role: oneOfLower(['admin', 'user'], requiredMessage('Role')),
    name: optionalOrBlank(nameWords(STRING)),
    phone: optionalOrBlank(words(STRING)),
    company: optionalOrBlank(words(STRING)),
  })
  .superRefine(({ role, name, phone, company }, issues) => {
    const details = Object.entries({ Name: name, PhoneNo: phone, Company: company })
    const missing = role === 'user' ? details.filter(([, value]) => !value) : []
    for (const [what] of missing) issues.addIssue({ code: 'custom', message: requiredMessage(what) })
  })

export const Credentials = z.object({
  username: requiredText('Username', STRING),
  password: raw(1_000, 1, requiredMessage('Password')),
})

const part = optionalOrBlank(words(STRING))
export const CustomerQuery = z.object({ ...pageQuery(10), name: part, email: part, phone: part, company: part })
export const Search = z.object({ query: part, company: part })
export const CustomerPatch = z.object({
  name: nameWords(STRING).optional(),
  phone: nullIfBlank(words(STRING)),
  company: nullIfBlank(words(STRING)),
})

export const NewInteraction = z.object({
  note: requiredText('Note', TEXT),
  followUpDate: nullIfBlank(instantOrClockTime()),
})

/** The id of a customer in the path, with this message where it is invalid. */
export const idParam = (message: string) => z.object({ customerId: uuid(message) })

export const Details = z.object({
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  company: z.string().nullable(),
})
const Customer = z.object({ id: z.string(), ...Details.shape, created_at: z.string(), updated_at: z.string() })
const Interaction = z.object({
  id: z.string(),
  note: z.string(),
  followUpDate: z.string().nullable(),
  customerId: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})
export const Done = z.object({ message: z.string() })
export const SignedIn = z.object({ jwtToken: z.string() })
export const Customers = z.object({ customers: z.array(Customer) })
export const CustomerPage = Customers.extend({
  totalCustomers: z.int(),
  totalPages: z.int(),
  currentPage: z.int(),
})
export const Logged = z.object({ message: z.string(), interaction: Interaction })
export const Interactions = z.object({ interactions: z.array(Interaction) })

type Stamped = { createdAt: string; updatedAt: string }
const stamps = ({ createdAt, updatedAt }: Stamped) => ({
  created_at: withoutZeroMillis(createdAt),
  updated_at: withoutZeroMillis(updatedAt),
})

export const customerOf = <Row extends Stamped>(row: Row) => ({ ...row, ...stamps(row) })

export function interactionOf<Row extends Stamped & { body: string; followUpAt: string | null }>(row: Row) {
  const followUpDate = row.followUpAt === null ? null : withoutZeroMillis(row.followUpAt)
  return { ...row, ...stamps(row), note: row.body, followUpDate }
}

const OWN = /^Invalid( - |( Customer Id| email format)$)/
const TAKEN = 'User already Exists with this Email'
export const onError = errorHandler(
  (message, error) => ({ message: firstIssueMessage(error) ?? message }),
  {
    username_taken: 'User already Exists',
    email_taken: TAKEN,
    customer_exists: TAKEN,
    invalid_credentials: "Password Doesn't Matched",
    unauthenticated: 'Unauthorized',
    forbidden: 'Access Denied',
    internal: 'Internal Server Error',
  },
  { username_taken: 400, email_taken: 400, customer_exists: 400, invalid_credentials: 400 },
)

/** The message of its README for the first issue of the input. For an issue without one, the message names the field. */
function firstIssueMessage({ extras }: AppError): string | undefined {
  const [issue] = extras.errors ?? []
  if (!issue || OWN.test(issue.message)) return issue?.message
  return `Invalid - ${issue.path.replace(/^\w+\./, '')}: ${issue.message}`
}
