// The envelope of an event: what lists, the feed, webhooks and streams show of it.
import type { events } from '../db/schema'

export type EventRow = Omit<typeof events.$inferSelect, 'workspaceId'>

/** The digits of a sequence. 14 of them hold every number that JavaScript counts exactly. */
const DIGITS = 14

/** The place of an event in its workspace as readers see it: a text that ascends, 14 hexadecimal digits. */
export function sequenceOf(seq: number): string {
  return seq.toString(16).padStart(DIGITS, '0')
}

/** The number of a sequence. */
export function seqOf(sequence: string): number {
  return Number.parseInt(sequence, 16)
}

/** The envelope of a row. */
export function envelopeOf({
  id,
  verb,
  createdAt,
  seq,
  subjectType,
  subjectId,
  actorType,
  actorId,
  changes,
}: EventRow) {
  return {
    id,
    type: verb,
    timestamp: createdAt,
    sequence: sequenceOf(seq),
    subject: { type: subjectType, id: subjectId },
    actor: { type: actorType, id: actorId },
    changes,
  }
}

export type Envelope = ReturnType<typeof envelopeOf>
