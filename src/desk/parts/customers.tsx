// Customers in lists, and the fields of their forms.
import type { FC } from 'hono/jsx'
import type { CustomerFields, CustomerRow } from '../../customers/customers.record'
import type { Desk } from '../desk'
import { filledOf, patchOf } from '../desk.form'
import type { Names } from '../desk.names'
import { Field, type Option, Select } from './forms'
import { Icon } from './icons'
import { customerPath, Mail, Owner, Phone } from './records'
import { Time } from './times'

/** A customer of a list, whose row is one link. */
export const CustomerLine: FC<{ desk: Desk; customer: CustomerRow; names: Names }> = ({ desk, customer, names }) => {
  const { id, name, company, jobTitle, phone, email, ownerId, nextFollowUpAt, lastInteractionAt } = customer
  const due = nextFollowUpAt !== null && nextFollowUpAt < desk.at ? nextFollowUpAt : undefined
  return (
    <li class="line customer">
      <a class="name" dir="auto" href={customerPath(id)}>
        {name}
      </a>
      <span class="about">{[company, jobTitle].filter(Boolean).join(' · ')}</span>
      {phone ? (
        <Phone desk={desk} number={phone} about={name} />
      ) : email ? (
        <Mail desk={desk} address={email} about={name} />
      ) : (
        <span />
      )}
      <Owner desk={desk} id={ownerId} names={names} />
      {due ? (
        <span class="due late">
          <Icon name="clock" label={desk.words.lead.followUp} /> <Time desk={desk} at={due} />
        </span>
      ) : (
        <Time desk={desk} at={lastInteractionAt ?? customer.createdAt} class="note" />
      )}
    </li>
  )
}

const TEXTS = ['name', 'company', 'jobTitle', 'keepInTouchDays', 'ownerId'] as const
/** How many empty rows a form offers beside those that there are. */
const SPARE = 1
/** How many addresses, numbers and fields of one's own a form takes. */
const MOST = 20

type FieldsProps = { desk: Desk; customer?: CustomerRow; members: readonly { id: string; name: string }[] }

/** The fields of a customer, empty or filled. */
export const CustomerInputs: FC<FieldsProps> = ({ desk, customer, members }) => {
  const { labels, customer: words, record } = desk.words
  const [emails, phones] = [customer?.emails ?? [], customer?.phones ?? []]
  const own = Object.entries(customer?.customFields ?? {})
  const owners: Option[] = [
    { value: '', label: record.nobody },
    ...members.map(({ id, name }) => ({ value: id, label: name })),
  ]
  return (
    <>
      <div class="pair">
        <Field
          desk={desk}
          name="name"
          label={labels.name}
          value={customer?.name}
          maxlength={200}
          required
          autocomplete="off"
          autofocus={!customer}
        />
        <Field
          desk={desk}
          name="company"
          label={labels.company}
          value={customer?.company}
          maxlength={200}
          autocomplete="off"
        />
        <Field desk={desk} name="jobTitle" label={labels.jobTitle} value={customer?.jobTitle} maxlength={200} />
        <Field
          desk={desk}
          name="keepInTouchDays"
          label={labels.keepInTouchDays}
          value={customer?.keepInTouchDays}
          type="number"
          min={1}
          hint={words.keepInTouchHint}
        />
        {members.length > 0 && (
          <Select
            desk={desk}
            name="ownerId"
            label={record.owner}
            value={customer ? customer.ownerId : desk.ctx.actor.id}
            options={owners}
          />
        )}
      </div>
      <fieldset class="stack">
        <legend>{words.emails}</legend>
        {rows(emails.length, desk, 'email').map((i) => (
          <div class="pair">
            <Field
              desk={desk}
              name={`email.${i}`}
              label={labels.email}
              value={emails[i]?.email}
              type="email"
              autocomplete="off"
            />
            <Field
              desk={desk}
              name={`emailLabel.${i}`}
              label={words.label}
              value={emails[i]?.label}
              maxlength={50}
              placeholder={words.emailLabelHint}
            />
          </div>
        ))}
      </fieldset>
      <fieldset class="stack">
        <legend>{words.phones}</legend>
        {rows(phones.length, desk, 'phone').map((i) => (
          <div class="pair">
            <Field
              desk={desk}
              name={`phone.${i}`}
              label={labels.phone}
              value={phones[i]?.phone}
              type="tel"
              maxlength={50}
              autocomplete="off"
            />
            <Field
              desk={desk}
              name={`phoneLabel.${i}`}
              label={words.label}
              value={phones[i]?.label}
              maxlength={50}
              placeholder={words.phoneLabelHint}
            />
          </div>
        ))}
      </fieldset>
      <fieldset class="stack">
        <legend>{words.ownFields}</legend>
        {rows(own.length, desk, 'fieldName').map((i) => (
          <div class="pair">
            <Field desk={desk} name={`fieldName.${i}`} label={words.fieldName} value={own[i]?.[0]} maxlength={100} />
            <Field
              desk={desk}
              name={`fieldValue.${i}`}
              label={words.fieldValue}
              value={textOf(own[i]?.[1])}
              maxlength={2000}
            />
          </div>
        ))}
      </fieldset>
    </>
  )
}

function rows(count: number, { form }: Desk, name: string): number[] {
  const typed = form.names.filter((each) => each.startsWith(`${name}.`)).length
  return Array.from({ length: Math.min(Math.max(count + SPARE, typed), MOST) }, (_, i) => i)
}

/** A field of one's own as a text: what is no text is shown as JSON. */
export const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

const indexes = (form: Desk['form'], name: string) =>
  form.names
    .flatMap((each) => (each.startsWith(`${name}.`) ? [Number(each.slice(name.length + 1))] : []))
    .filter((i) => Number.isInteger(i) && i >= 0 && i < MOST)

/** What the form says about a customer: for a new one, or as a patch of this one. */
export function customerInput({ form }: Pick<Desk, 'form'>, present?: CustomerRow): Record<string, unknown> {
  const texts: Record<string, unknown> = present ? patchOf(form, TEXTS) : filledOf(form, TEXTS)
  if (typeof texts.keepInTouchDays === 'string') texts.keepInTouchDays = Number(texts.keepInTouchDays)
  const contacts = (name: 'email' | 'phone') =>
    indexes(form, name).flatMap((i) => {
      const value = form.get(`${name}.${i}`).trim()
      return value === '' ? [] : [{ [name]: value, label: form.get(`${name}Label.${i}`).trim() || null }]
    })
  const [emails, phones] = [contacts('email'), contacts('phone')]
  const customFields = ownFields(form, present?.customFields ?? {})
  return {
    ...texts,
    ...((present || emails.length > 0) && { emails }),
    ...((present || phones.length > 0) && { phones }),
    ...(Object.keys(customFields).length > 0 && { customFields }),
  }
}

// Only what changed: a value that is shown as JSON stays what it is. A field whose name is gone is removed.
function ownFields(form: Desk['form'], present: NonNullable<CustomerFields['customFields']>): Record<string, unknown> {
  const typed = new Map<string, string>()
  for (const i of indexes(form, 'fieldName')) {
    const name = form.get(`fieldName.${i}`).trim()
    if (name !== '') typed.set(name, form.get(`fieldValue.${i}`).trim())
  }
  const removed = Object.keys(present).filter((name) => form.has('fieldName.0') && !typed.get(name))
  const changed = [...typed].filter(([name, value]) => value !== '' && value !== textOf(present[name]).trim())
  return Object.fromEntries([...changed, ...removed.map((name) => [name, null])])
}
