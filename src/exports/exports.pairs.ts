// The sources of exports of tags and relationships: by name, and by pair.
import { sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { owners, visible } from '../access/visible'
import type { Ctx } from '../context'
import type { Position } from '../db/page'
import { customers, relationships, tagCounts, tags } from '../db/schema'
import { columnIn } from '../db/sql'

const OWNED = 'exports:read'
const upTo = sql<number>`0`.as('up_to')

/** Tags in the order of their names; of an actor who exports only their own records, those of these. */
export function tagSource({ db, actor }: Ctx) {
  const { id, name, key } = tags
  const isOwn = sql`EXISTS (SELECT 1 FROM ${tagCounts} AS used WHERE used.tag_id = ${id} AND used.owner = ${actor.id}
    AND used.customers + used.leads + used.tickets > 0)`
  const inReach = owners(actor, OWNED) === 'all' ? sql`true` : isOwn
  return {
    positionOf: (row: { key: string }): Position => [row.key],
    page: (limit: number, after: Position | undefined) =>
      db
        .select({ id, name, key, upTo })
        .from(tags)
        .where(
          sql`${tags.workspaceId} = ${actor.workspaceId} AND ${tags.deletedAt} IS NULL AND ${inReach}
            AND ${key} > ${after ? String(after[0]) : ''}`,
        )
        .orderBy(key)
        .limit(limit),
    find: async (_id: string): Promise<{ key: string }[]> => [],
  }
}

/** Relationships between customers that the actor reaches, by their pair. */
export function relationshipSource({ db, actor }: Ctx) {
  const [a, b] = [alias(customers, 'a'), alias(customers, 'b')]
  const { fromId, toId, kind, createdAt } = relationships
  const externalId = (of: string) => sql<string | null>`${columnIn(of, customers.externalId)}`
  return {
    positionOf: (row: { fromId: string; toId: string }): Position => [row.fromId, row.toId],
    page: (limit: number, after: Position | undefined) =>
      db
        .select({
          ...{ fromId, toId, kind, createdAt, upTo },
          fromExternalId: externalId('a').as('from_external_id'),
          toExternalId: externalId('b').as('to_external_id'),
        })
        .from(relationships)
        .crossJoin(a)
        .crossJoin(b)
        .where(
          sql`${relationships.workspaceId} = ${actor.workspaceId} AND ${a.id} = ${fromId} AND ${b.id} = ${toId}
            AND ${visible(actor, OWNED, a)} AND ${visible(actor, OWNED, b)}
            AND (${fromId}, ${toId}) > (${String(after?.[0] ?? '')}, ${String(after?.[1] ?? '')})`,
        )
        .orderBy(fromId, toId)
        .limit(limit),
    find: async (_id: string): Promise<{ fromId: string; toId: string }[]> => [],
  }
}
