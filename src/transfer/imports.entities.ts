// What is imported: of customers and of leads the columns that rows fill, so that judging and writing is said once for both.
import { customers, leads } from '../db/schema'

type Field = { field: string; column: string; kind: 'text' | 'json' | 'merged' }

const text = (...names: [string, string?][]): Field[] =>
  names.map(([field, column = field]) => ({ field, column, kind: 'text' }))

/** `required` is what nothing can be made without; of `merged` JSON, entries that a row does not name stay. */
export const ENTITIES = {
  customers: {
    table: customers,
    name: 'customers',
    subject: 'customer',
    required: 'name',
    isEmailUnique: true,
    fields: [
      ...text(['name'], ['email'], ['phone'], ['company'], ['keepInTouchDays', 'keep_in_touch_days']),
      { field: 'customFields', column: 'custom_fields', kind: 'merged' } satisfies Field,
    ],
  },
  leads: {
    table: leads,
    name: 'leads',
    subject: 'lead',
    required: 'title',
    isEmailUnique: false,
    fields: [
      ...text(['title'], ['description'], ['status'], ['source'], ['name'], ['email'], ['phone'], ['interest']),
      ...text(['message'], ['followUpAt', 'follow_up_at']),
      { field: 'metadata', column: 'metadata', kind: 'json' } satisfies Field,
    ],
  },
} as const

/** Who may import reaches every record of the workspace, in files as well. */
export const PERMISSION = 'imports:write'

/** How many bytes of JSON the own fields of a record may hold. */
export const MAX_JSON = 16_384
