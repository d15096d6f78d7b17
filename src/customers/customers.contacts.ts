// Several e-mail addresses and phone numbers of a customer. The first is the main one, in the columns `email` and `phone`;
// the others stand beside it. A request names either the main one or all.
import { type SQL, sql } from 'drizzle-orm'
import { customerAddresses, customers } from '../db/schema'
import { columnIn } from '../db/sql'
import { foldText } from '../text/fold'
import { foldedBeyondLower, readPhoneField } from '../text/searched'
import type { CustomerFields } from './customers.record'

export type Email = { email: string; label: string | null }
/** `text` is what it is searched by. */
export type OtherPhone = { phone: string; phoneE164: string | null; label: string | null; text: string }

/** The addresses that a request gives a customer, each once. */
export function addressesOf({ email, emails }: CustomerFields): string[] {
  return !emails ? (email ? [email] : []) : [...new Set(emails.map((each) => each.email))]
}

/** The numbers of a request, as they are written. */
export function numbersOf({ phone, phones = [] }: CustomerFields): unknown[] {
  return [phone, ...phones.map((each) => each.phone)]
}

/** Columns that are there for search alone, which events do not tell of. */
export const UNTOLD = ['otherEmailsText', 'otherPhonesText', 'phoneText', 'phoneE164', 'foldedEmail'] as const

/** The columns of a request: `emails` and `phones` as the main one and the others. */
export function contactColumns<F extends CustomerFields>({ emails, phones, ...fields }: F, country: string | null) {
  return {
    ...fields,
    ...(emails && emailColumns(emails)),
    ...(phones && phoneColumns(phones.map(({ phone, label }) => phoneContact(phone, label, country)))),
  }
}

function phoneContact(phone: string, label: string | null, country: string | null): OtherPhone {
  const { key, text } = readPhoneField(phone, country)
  return { phone, phoneE164: key, label, text }
}

/** The columns of a list of addresses, the main one first, each once. */
export function emailColumns(emails: readonly Email[]) {
  const [main, ...others] = united(emails)
  return {
    email: main?.email ?? null,
    emailLabel: main?.label ?? null,
    foldedEmail: main ? foldedBeyondLower(main.email) : null,
    otherEmails: others.length > 0 ? others : null,
    otherEmailsText: others.length > 0 ? others.map(({ email }) => foldText(email)).join('\n') : null,
  }
}

/** The columns of a list of numbers, the main one first, each once. */
export function phoneColumns(phones: readonly OtherPhone[]) {
  const [main, ...others] = united(phones)
  return {
    phone: main?.phone ?? null,
    phoneE164: main?.phoneE164 ?? null,
    phoneText: main?.text ?? null,
    phoneLabel: main?.label ?? null,
    otherPhones: others.length > 0 ? others : null,
    otherPhonesText: others.length > 0 ? others.map(({ text }) => text).join('\n') : null,
  }
}

const column = (name: 'email' | 'emailLabel' | 'phone' | 'phoneLabel' | 'phoneE164' | 'otherEmails' | 'otherPhones') =>
  columnIn('customers', customers[name])

/**
 * What a patch of the main address or number alone does to the others: the new main one is no other any more, and where
 * it is removed, the next one takes its place.
 */
export function mainContactChanges({ email, emails, phone, phones }: CustomerFields): Record<string, SQL | string> {
  return {
    ...(email === undefined || emails ? {} : email === null ? nextEmail : newEmail(email)),
    ...(phone === undefined || phones ? {} : phone === null ? nextPhone : newPhone(phone)),
  }
}

const textOf = (others: SQL) => sql`(SELECT lower(group_concat(value ->> 'email', char(10))) FROM json_each(${others}))`
const withoutFirst = (others: SQL) => sql`nullif(json_remove(${others}, '$[0]'), '[]')`
const nextEmail = {
  email: sql`${column('otherEmails')} ->> '$[0].email'`,
  emailLabel: sql`${column('otherEmails')} ->> '$[0].label'`,
  otherEmails: withoutFirst(column('otherEmails')),
  otherEmailsText: textOf(withoutFirst(column('otherEmails'))),
}
const nextPhone = {
  phone: sql`${column('otherPhones')} ->> '$[0].phone'`,
  phoneE164: sql`${column('otherPhones')} ->> '$[0].phoneE164'`,
  phoneText: sql`${column('otherPhones')} ->> '$[0].text'`,
  phoneLabel: sql`${column('otherPhones')} ->> '$[0].label'`,
  otherPhones: withoutFirst(column('otherPhones')),
  otherPhonesText: sql`(SELECT group_concat(value ->> 'text', char(10)) FROM json_each(${withoutFirst(column('otherPhones'))}))`,
}

function newEmail(email: string) {
  const others = sql`nullif((SELECT json_group_array(json(value)) FROM json_each(${column('otherEmails')})
    WHERE value ->> 'email' <> ${email}), '[]')`
  return {
    email,
    emailLabel: sql`CASE WHEN ${column('email')} IS ${email} THEN ${column('emailLabel')} END`,
    otherEmails: others,
    otherEmailsText: textOf(others),
  }
}

function newPhone(phone: string) {
  return { phone, phoneLabel: sql`CASE WHEN ${column('phone')} IS ${phone} THEN ${column('phoneLabel')} END` }
}

/** All addresses and numbers of a row, the main one first. */
export function allContactsOf(row: ContactValues): { emails: Email[]; phones: OtherPhone[] } {
  const { email, emailLabel, otherEmails, phone, phoneE164, phoneLabel, phoneText, otherPhones } = row
  const number = phone === null ? [] : [{ phone, phoneE164, label: phoneLabel, text: phoneText ?? '' }]
  return {
    emails: email === null ? [] : [{ email, label: emailLabel }, ...(otherEmails ?? [])],
    phones: [...number, ...(otherPhones ?? [])],
  }
}
type ContactValues = Pick<
  typeof customers.$inferSelect,
  'email' | 'emailLabel' | 'otherEmails' | 'phone' | 'phoneE164' | 'phoneLabel' | 'phoneText' | 'otherPhones'
>

/** SELECT of the ids of the living customers of a workspace that have one of these addresses, main or other. */
export function holdersOf(workspaceId: string | SQL, addresses: SQL): SQL {
  return sql`SELECT main.id FROM json_each(${addresses}) AS given CROSS JOIN ${customers} AS main INDEXED BY customers_email
      WHERE main.workspace_id = ${workspaceId} AND main.email = given.value AND main.deleted_at IS NULL
    UNION ALL SELECT other.customer_id FROM json_each(${addresses}) AS given CROSS JOIN ${customerAddresses} AS other
      WHERE other.workspace_id = ${workspaceId} AND other.email = given.value`
}

/** What an address or number is known by: no customer has it twice. */
export function contactKey(contact: Email | OtherPhone): string {
  return 'email' in contact ? contact.email : (contact.phoneE164 ?? contact.phone)
}

/** The addresses or numbers of these lists, each once. */
export function united<C extends Email | OtherPhone>(...lists: (readonly C[])[]): C[] {
  const byKey = new Map<string, C>()
  for (const contact of lists.flat()) if (!byKey.has(contactKey(contact))) byKey.set(contactKey(contact), contact)
  return [...byKey.values()]
}
