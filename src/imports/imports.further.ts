// The further addresses and numbers of customers, as SQL: of a new customer, of one that is there, and as its event tells.
import { type SQL, sql } from 'drizzle-orm'
import { customers } from '../db/schema'
import { columnIn } from '../db/sql'
import { cell } from './imports.statements'

const added = (kind: 'Emails' | 'Phones') => sql.raw(`row -> 'added${kind}'`)

// What the others are searched by, each on a line.
const textOf = (list: SQL) =>
  sql`(SELECT group_concat(coalesce(each.value ->> 'text', lower(each.value ->> 'email')), char(10)) FROM json_each(${list}) AS each)`
// An address is kept without the text that it is searched by.
const emailsOf = (list: SQL) => sql`(SELECT nullif(json_group_array(json_object('email', each.value ->> 'email',
    'label', each.value ->> 'label')), '[]') FROM json_each(${list}) AS each)`

// Most rows have none, and a list is read row by row.
const ifAdded = (kind: 'Emails' | 'Phones', value: SQL) => sql`CASE WHEN ${added(kind)} IS NOT NULL THEN ${value} END`

/** The columns of a new customer. */
export const contactValues = {
  emailLabel: cell('emailLabel'),
  phoneLabel: cell('phoneLabel'),
  otherEmails: ifAdded('Emails', emailsOf(added('Emails'))),
  otherEmailsText: ifAdded('Emails', textOf(added('Emails'))),
  otherPhones: sql`json(${added('Phones')})`,
  otherPhonesText: ifAdded('Phones', textOf(added('Phones'))),
}

/** The columns of a customer that is there: what is new is added, and the new main one is no other any more. */
export function contactUpdates(t: string) {
  const emails = united(columnIn(t, customers.otherEmails), added('Emails'), 'email')
  const phones = united(columnIn(t, customers.otherPhones), added('Phones'), 'phone')
  const label = (name: 'emailLabel' | 'phoneLabel', field: 'email' | 'phone') => {
    const isNew = sql`${cell(field)} IS NOT NULL AND ${cell(field)} IS NOT ${columnIn(t, customers[field])}`
    return sql`coalesce(${cell(name)}, iif(${isNew}, NULL, ${columnIn(t, customers[name])}))`
  }
  return {
    emailLabel: label('emailLabel', 'email'),
    phoneLabel: label('phoneLabel', 'phone'),
    otherEmails: emailsOf(emails),
    otherEmailsText: textOf(emails),
    otherPhones: sql`nullif(${phones}, '[]')`,
    otherPhonesText: textOf(phones),
  }
}

function united(others: SQL, more: SQL, field: 'email' | 'phone'): SQL {
  return sql`(SELECT json_group_array(json(each.value)) FROM (
      SELECT value FROM json_each(${others}) WHERE value ->> ${sql.raw(`'${field}'`)} IS NOT ${cell(field)}
      UNION ALL SELECT value FROM json_each(${more})) AS each)`
}

/** The pairs before and after of the event, null where nothing is added. */
export function contactChanges(t: string) {
  return (['Emails', 'Phones'] as const).map((kind) => {
    const column = kind === 'Emails' ? customers.otherEmails : customers.otherPhones
    const field = kind === 'Emails' ? 'email' : 'phone'
    const after = united(columnIn(t, column), added(kind), field)
    return {
      name: `other${kind}`,
      before: sql`json(${columnIn(t, column)})`,
      after: sql`iif(${added(kind)} IS NULL, NULL, json(${kind === 'Emails' ? emailsOf(after) : after}))`,
    }
  })
}
