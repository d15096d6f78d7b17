// What a webhook sends: the event with its record, as bytes that are the same on every try.
import { runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { anyOf } from '../db/sql'
import { type Envelope, type EventRow, envelopeOf } from '../events/event-envelope'
import type { Subject } from '../events/event-types'
import { FEED_RECORDS } from '../feed/feed.records'

/** A body has fewer bytes than this; a larger one leaves its record and its changes out. */
export const MAX_BODY_BYTES = 20_000

/** An event with its record as it is now; null if there is none. */
export type EventWithData = { row: EventRow; event: Envelope; data: unknown }

/** The events with their records, which one batch reads: a statement for each kind of record. */
export async function withRecords(db: Db, rows: readonly EventRow[]): Promise<EventWithData[]> {
  const idsOf = (subject: Subject) => [
    ...new Set(rows.flatMap(({ subjectType, subjectId }) => (subjectType === subject ? [subjectId] : []))),
  ]
  const kinds = Object.values(FEED_RECORDS).flatMap((record) => {
    const ids = idsOf(record.kind.subject)
    return ids.length === 0 ? [] : [{ record, ids }]
  })
  const found =
    kinds.length === 0
      ? {}
      : await runBatch(
          db,
          Object.fromEntries(
            kinds.map(({ record: { kind }, ids }) => [
              kind.subject,
              db.select(kind.columns).from(kind.table).where(anyOf(kind.table.id, ids)),
            ]),
          ),
        )
  const records = new Map<string, unknown>()
  for (const [subject, list] of Object.entries(found)) {
    for (const record of list) records.set(`${subject} ${String(record.id)}`, record)
  }
  return rows.map((row) => ({ row, event: envelopeOf(row), data: dataOf(row, records) }))
}

function dataOf({ subjectType, subjectId }: EventRow, records: Map<string, unknown>): unknown {
  const record = records.get(`${subjectType} ${subjectId}`)
  return record === undefined ? null : FEED_RECORDS[subjectType]?.schema.parse(record)
}

/** The text of a body. */
export function bodyOf({ event, data }: Omit<EventWithData, 'row'>): string {
  const body = JSON.stringify({ ...event, data })
  if (sizeOf(body) < MAX_BODY_BYTES) return body
  const withoutData = JSON.stringify({ ...event, data: null, truncated: true })
  return sizeOf(withoutData) < MAX_BODY_BYTES
    ? withoutData
    : JSON.stringify({ ...event, changes: null, data: null, truncated: true })
}

const sizeOf = (text: string) => new TextEncoder().encode(text).length
