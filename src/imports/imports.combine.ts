// Rows of one record within a chunk become one row, the later one on top.
import { isMap } from '../records/fields'
import { foldText } from '../text/fold'
import { foldedBeyondLower } from '../text/searched'
import type { RowNote } from './imports.notes.fields'
import type { PreparedRow } from './imports.rows'

/** The result is the same as if both rows were written one after the other. */
export function combineRows(earlier: PreparedRow, row: PreparedRow): PreparedRow {
  const entries = ['customFields', 'foldedFields'].flatMap((field) => {
    const [before, after] = [earlier[field], row[field]]
    return isMap(before) && isMap(after) ? [[field, { ...before, ...after }] as const] : []
  })
  const tags = earlier.tags && row.tags ? { tags: [...new Set([...earlier.tags, ...row.tags])] } : {}
  const notes = earlier.notes && row.notes ? { notes: unitedNotes(earlier.notes, row.notes) } : {}
  return { ...earlier, ...row, ...Object.fromEntries(entries), ...tags, ...notes, ...combinedContacts(earlier, row) }
}

// Each once, as both rows would have written them.
function unitedNotes(earlier: RowNote[], more: RowNote[]): RowNote[] {
  return [...new Map([...earlier, ...more].map((note) => [note.key, note])).values()]
}

// The address by which both are one record stays the main one, and everything else is beside it.
function combinedContacts(earlier: PreparedRow, row: PreparedRow) {
  const emailOf = ({ email, emailLabel }: PreparedRow) =>
    typeof email === 'string' ? [{ email, label: emailLabel ?? null, text: foldText(email) }] : []
  const all = [...(earlier.furtherEmails ?? []), ...(row.furtherEmails ?? []), ...emailOf(earlier), ...emailOf(row)]
  const main = row.key.startsWith('email:') ? row.key.slice('email:'.length) : (row.email ?? earlier.email)
  const emails = new Map(all.map((each) => [each.email, each]))
  if (typeof main === 'string') emails.delete(main)
  const phones = new Map(
    [...(earlier.furtherPhones ?? []), ...(row.furtherPhones ?? [])].map((each) => [
      each.phoneE164 ?? each.phone,
      each,
    ]),
  )
  return {
    ...(typeof main === 'string' ? { email: main, foldedEmail: foldedBeyondLower(main) } : {}),
    ...(emails.size > 0 ? { furtherEmails: [...emails.values()] } : {}),
    ...(phones.size > 0 ? { furtherPhones: [...phones.values()] } : {}),
  }
}

/**
 * The row without further addresses that another row of the chunk had first; a main address of that kind is its `heldEmail`.
 * `addresses` tells the key of the row that has an address.
 */
export function withoutHeld(given: PreparedRow, addresses: ReadonlyMap<string, string>): PreparedRow {
  const row: PreparedRow = { ...given, heldEmail: undefined }
  const isFree = (email: string) => (addresses.get(email) ?? row.key) === row.key
  if (typeof row.email === 'string' && !isFree(row.email)) row.heldEmail = row.email
  if (row.furtherEmails) row.furtherEmails = row.furtherEmails.filter(({ email }) => isFree(email))
  return row
}
