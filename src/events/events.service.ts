// The list of events, which are the audit trail.
import { eq, getTableColumns } from 'drizzle-orm'
import type { z } from 'zod'
import type { Ctx } from '../context'
import type { Page } from '../db/page'
import { events } from '../db/schema'
import { pageMarks } from '../db/window'
import { runList } from '../records/list'
import type { ListDefinition, ListRequest } from '../records/list.definition'
import { is } from '../records/list.filters'
import { meetsPatterns } from './event-types'
import type { EventQuery } from './events.schemas'

type EventRow = typeof events.$inferSelect
type Query = Omit<z.output<typeof EventQuery>, 'after'> & { sort?: '-createdAt' | '-ofSubject' }

const columns = getTableColumns(events)
export const EVENT_LIST: ListDefinition<EventRow, Query> = {
  table: events,
  name: 'events',
  columns,
  read: (db, rows) => db.select({ row: columns, ...pageMarks }).from(rows),
  owners: () => 'all',
  orders: {
    createdAt: { by: ['seq'], arrivedAt: events.createdAt },
    ofSubject: { by: ['createdAt', 'seq'] },
  },
  usualOrder: ({ subject }) => (subject === undefined ? '-createdAt' : '-ofSubject'),
  filters: {
    subject: is(events.subjectId),
    actor: is(events.actorId),
    types: (types) => ({ where: meetsPatterns(types) }),
  },
  walks: ({ actor }, { subject }) => {
    const index = subject === undefined ? undefined : 'events_subject'
    return [{ index, where: eq(events.workspaceId, actor.workspaceId), answers: ['subject'] }]
  },
}

/** A page of the events of the workspace, or of one record, newest first. */
export function listEvents(ctx: Ctx, request: ListRequest<Query>): Promise<Page<EventRow>> {
  return runList(ctx, EVENT_LIST, request)
}
