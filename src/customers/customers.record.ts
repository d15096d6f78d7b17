// The customer as a record: its columns, its row, and its description for the change kernel.
import { getTableColumns } from 'drizzle-orm'
import { reachable } from '../access/visible'
import { customers, interactions } from '../db/schema'
import { etagOf } from '../etag'
import type { RecordKind } from '../records/change'
import type { FieldName } from '../records/fields'
import { includedInteraction, includedMember } from '../records/included'
import { includedTags } from '../tags/tagged'
import type { CUSTOMER_FIELDS } from './customers.fields'

const {
  foldedEmail,
  foldedCompany,
  foldedJobTitle,
  foldedFields,
  bareName,
  bareCompany,
  phoneText,
  emailLabel,
  otherEmails,
  otherEmailsText,
  phoneLabel,
  otherPhones,
  otherPhonesText,
  allPhonesText,
  emailText,
  companyText,
  jobTitleText,
  nameKey,
  searchPhone,
  searchScope,
  interactionCount,
  importKey,
  lastContactAt,
  remindedFor,
  heldUntil,
  remindAt,
  ...columns
} = getTableColumns(customers)
/** All columns, except those that only indexes, analytics, imports and reminders read. */
export const customerColumns = columns
export type CustomerRow = { [K in keyof typeof columns]: (typeof customers.$inferSelect)[K] }
type Contacts = {
  emails?: { email: string; label: string | null }[]
  phones?: { phone: string; label: string | null }[]
}
export type CustomerFields = Contacts &
  Partial<Pick<CustomerRow, Exclude<FieldName<typeof CUSTOMER_FIELDS, 'input'>, keyof Contacts>>>

/** What may stand beside a customer. */
export const CUSTOMER_INCLUDES = {
  owner: includedMember(customers.ownerId),
  tags: includedTags('customers'),
  lastInteraction: includedInteraction(
    interactions.customerId,
    customers.id,
    'interactions_customer',
    'interactions_shared',
  ),
}

export const CUSTOMER: RecordKind<typeof customerColumns> = {
  subject: 'customer',
  table: customers,
  columns: customerColumns,
  etag: etagOf,
  reads: 'customers:read',
  isInReach: (actor, permission) => reachable(actor, permission, customers),
}
