// Refusals: why a row of a chunk cannot be written, as codes with their field, value and message for the report.
import { type SQL, sql } from 'drizzle-orm'
import { type AnyJob, ENTITIES, type Job, TOO_BIG_MESSAGE } from './imports.job'
import { isKind, KINDS } from './imports.kinds'

const PROBLEM = { field: `row ->> '$.problem[1]'`, value: `row ->> '$.problem[2]'`, message: `row ->> '$.problem[3]'` }
/** Reasons by code; `value` is SQL over the row, and so are the other parts where they begin with `row`. */
const REFUSALS = {
  erased: { field: null, value: 'NULL', message: 'The person was erased while the import was running' },
  duplicate_in_file: { field: null, value: `row ->> 'line'`, message: 'An earlier row of the file is the same record' },
  ambiguous: { field: null, value: `row ->> 'key'`, message: 'Several records match; use match=id' },
  owner_unknown: {
    field: 'owner',
    value: 'NULL',
    message: 'The default owner is no active member of the team any more',
  },
  email_taken: { field: 'email', value: `row ->> 'email'`, message: 'Another customer has this e-mail address' },
  not_found: { field: null, value: `row ->> 'key'`, message: 'No record matches, and mode=update creates none' },
  required: { field: null, value: 'NULL', message: 'A new record needs this field' },
  exists: {
    field: null,
    value: `row ->> 'key'`,
    message: 'The record exists and differs; use mode=upsert to change it',
  },
  plan_limit: { field: null, value: 'NULL', message: 'The plan has no room for another customer' },
  too_many_tags: { field: 'tags', value: `row ->> 'tags'`, message: 'The record would have more than 50 tags' },
  no_record: {
    field: null,
    value: 'NULL',
    message: 'No record here has this id, external id, number or e-mail address',
  },
  same_record: { field: null, value: 'NULL', message: 'A customer has no relationship to themselves' },
  relationship_cycle: {
    field: 'kind',
    value: `row ->> 'kind'`,
    message: 'It would close a cycle, or the hierarchy has more than 100 levels',
  },
  too_many_relationships: {
    field: null,
    value: 'NULL',
    message: 'One of the customers would have more than 500 relationships',
  },
  id_taken: { field: 'id', value: `row ->> 'id'`, message: 'Another record of the installation has this id' },
  field_taken: PROBLEM,
  field_refused: PROBLEM,
  too_big: { field: null, value: 'NULL', message: TOO_BIG_MESSAGE },
} as const

// A row without the matching field repeats an earlier import of the same content: later changes of the record stay.
export const IS_TO_CHANGE = `(row ->> 'by' <> 'content' OR record IS NULL OR record = row ->> 'id')`

/** The code of the first reason against a row of `compared`; null if it can be written. */
export function refusalCode({ mode, duplicates, defaultOwner, entity, keepsIds }: Job): SQL {
  const { required } = ENTITIES[entity]
  const cases = [
    `WHEN row ->> 'erased' = 1 THEN 'erased'`,
    `WHEN record = '?' THEN 'ambiguous'`,
    duplicates === 'refuse' ? `WHEN nth > 1 OR earlier IS NOT NULL THEN 'duplicate_in_file'` : '',
    defaultOwner === null ? '' : `WHEN record IS NULL AND owner IS NULL THEN 'owner_unknown'`,
    keepsIds
      ? `WHEN record IS NULL AND EXISTS (SELECT 1 FROM ${entity} AS other WHERE other.id = row ->> 'id') THEN 'id_taken'`
      : '',
    `WHEN is_email_taken THEN 'email_taken'`,
    mode === 'update' ? `WHEN record IS NULL THEN 'not_found'` : '',
    `WHEN record IS NULL AND coalesce(row ->> '${required}', row ->> '$.fallback.${required}') IS NULL THEN 'required'`,
    mode === 'create'
      ? `WHEN record_exists AND is_changed AND ${IS_TO_CHANGE} AND earlier ->> 0 IS NOT 'create' THEN 'exists'`
      : '',
    `WHEN problem IS NOT NULL AND ${IS_TO_CHANGE} THEN problem ->> 0`,
    `WHEN has_too_many_tags AND ${IS_TO_CHANGE} THEN 'too_many_tags'`,
    `WHEN is_too_big AND ${IS_TO_CHANGE} THEN 'too_big'`,
  ]
  return sql.raw(`CASE WHEN nth > 1 AND '${duplicates}' = 'last' THEN NULL ${cases.join(' ')} END`)
}

/** The field, value or message of the code in a row; `otherwise` is SQL for a row without a code. */
export function refusalText({ entity }: AnyJob, part: 'field' | 'value' | 'message', otherwise: string): SQL {
  const requiredField = isKind(entity) ? KINDS[entity].required : ENTITIES[entity].required
  const cases = Object.entries(REFUSALS).map(([code, refusal]) => {
    const field = code === 'required' ? requiredField : refusal.field
    const texts = { field: quoteSql(field), value: refusal.value, message: quoteSql(refusal.message) }
    return `WHEN '${code}' THEN ${texts[part]}`
  })
  return sql.raw(`CASE row ->> 'code' ${cases.join(' ')} ELSE ${otherwise} END`)
}

function quoteSql(text: string | null): string {
  if (text === null) return 'NULL'
  return text.startsWith('row ->>') ? text : `'${text.replaceAll("'", "''")}'`
}
