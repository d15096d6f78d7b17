// What erasing a person leaves of the audit trail.
import { sql } from 'drizzle-orm'

// The audit trail keeps that a field changed, and its values only if they say nothing of who somebody is.
const KEPT_CHANGES = [
  'status',
  'priority',
  'type',
  'ownerId',
  'assigneeId',
  'customerId',
  'leadId',
  'occurredAt',
  'followUpAt',
  'doneAt',
  'mergedId',
  'commentId',
  'role',
]
const redactedChanges = sql`CASE WHEN events.changes IS NOT NULL THEN (SELECT json_group_object(c.key, CASE WHEN c.key IN (SELECT value FROM json_each(${JSON.stringify(KEPT_CHANGES)}))
  THEN json(c.value) ELSE json('[null,null]') END) FROM json_each(events.changes) AS c) END`

/** Events stay, as rows whose values are gone. */
export const TRAIL = {
  kept: ['seq', 'id', 'workspaceId', 'subjectType', 'subjectId', 'verb', 'actorType', 'actorId', 'createdAt'],
  erased: () => ({ changes: redactedChanges }),
} as const
