// The filter of a webhook: conditions on the event and on the record that it brings along.
import { type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../access/policy'
import type { Envelope } from '../events/event-envelope'
import { passesFilter } from '../filters/filters.evaluate'
import type { FilterField, FilterFields, Kind } from '../filters/filters.fields'
import { type Asked, readFilter } from '../filters/filters.read'
import { type FilterTree, shapeIssues } from '../filters/filters.tree'

// It is asked of an event at hand, never of a table.
const never = (): SQL => sql`false`
const of = (kind: Kind): FilterField => ({ kind, where: never })

const EVENT_FIELDS: FilterFields = {
  type: of('text'),
  'subject.type': of('text'),
  'subject.id': of('id'),
  'actor.type': of('text'),
  'actor.id': of('id'),
  'before.*': () => of('json'),
  'after.*': () => of('json'),
  'data.*': () => of('json'),
}

type Asker = { actor: Actor; now: string }

/** The filter as it is asked. Throws `invalid` with the path of everything that does not fit. */
export function readEventFilter(asker: Asker, tree: FilterTree): Asked {
  return readFilter(asker, EVENT_FIELDS, tree, 'body.filter')
}

/** The filter of a webhook, for its runs: it was read before, when it was stored. Times are of the workspace's zone. */
export function storedFilter(
  { filter, workspaceId, id }: { filter: unknown; workspaceId: string; id: string },
  timeZone: string,
  now: string,
): Asked | undefined {
  if (!isTree(filter)) return undefined
  return readEventFilter({ actor: { type: 'key', id, workspaceId, scopes: [], country: null, timeZone }, now }, filter)
}

function isTree(filter: unknown): filter is FilterTree {
  return filter !== null && shapeIssues(filter).length === 0
}

/** Whether an event with its record passes. `before` and `after` have the values of the changed fields. */
export function passesEventFilter(asked: Asked, event: Envelope, data: unknown): boolean {
  const sides = Object.entries(event.changes ?? {})
  return passesFilter(asked, {
    type: event.type,
    subject: event.subject,
    actor: event.actor,
    before: Object.fromEntries(sides.map(([field, [before]]) => [field, before])),
    after: Object.fromEntries(sides.map(([field, [, after]]) => [field, after])),
    data,
  })
}
