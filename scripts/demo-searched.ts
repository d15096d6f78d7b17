// Demo data: the columns of leads and customers that are derived from others, for search. A test has the API derive them
// too, and compares.
import { foldText } from '../src/text/fold.ts'
import { bareBeyondFolded, foldedBeyondLower, foldedEntries, readPhoneField } from '../src/text/searched.ts'
import type { Customer, Lead } from './demo-rows.ts'

/** The country of the demo workspace's numbers. */
export const COUNTRY = 'GB'

export function withSearchedLead(lead: Lead) {
  return {
    ...lead,
    sort_name: foldText(lead.name),
    folded_title: foldedBeyondLower(lead.title),
    folded_interest: folded(lead.interest),
    ...phoneColumns(lead.phone),
  }
}

export function withSearchedCustomer(customer: Customer) {
  const { name, phone, company, custom_fields } = customer
  const entries = Object.entries(foldedEntries({ ...custom_fields })).filter(([, entry]) => entry !== null)
  return {
    ...customer,
    sort_name: foldText(name),
    bare_name: bareBeyondFolded(name),
    folded_company: folded(company),
    bare_company: company === null ? null : bareBeyondFolded(company),
    folded_fields: entries.length > 0 ? Object.fromEntries(entries) : null,
    ...phoneColumns(phone),
  }
}

const folded = (text: string | null) => (text === null ? null : foldedBeyondLower(text))

function phoneColumns(phone: string | null) {
  if (phone === null) return {}
  const { key, text } = readPhoneField(phone, COUNTRY)
  return { phone_e164: key, phone_text: text }
}
