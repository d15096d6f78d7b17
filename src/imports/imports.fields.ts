// The custom fields that a workspace has defined, as an import needs them: read once, before its file.
import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isTeamMember } from '../access/visible'
import type { Ctx } from '../context'
import { runBatch } from '../db/batch'
import { fields, strictEntities, users } from '../db/schema'
import { type AnyEntity, ENTITIES, type Entity } from './imports.job'
import { isKind } from './imports.kinds'

export type Definition = Pick<typeof fields.$inferSelect, 'key' | 'label' | 'type' | 'options'>
/** `members` are those of the team, if a field is of the type `user`. `isStrict`: what is not defined is not taken. */
export type FieldRules = {
  definitions: readonly Definition[]
  isStrict: boolean
  members: readonly { id: string; email: string; name: string }[]
}

/** Statements that `readFieldRules` needs. */
export const FIELD_STATEMENTS = 3

/** The definitions in use, in their order. */
export async function readFieldRules({ db, actor }: Ctx, entity: AnyEntity): Promise<FieldRules> {
  // Interactions, tags and relationships have no custom fields; those of tickets are read as they stand.
  if (isKind(entity)) return { definitions: [], isStrict: false, members: [] }
  const { subject } = ENTITIES[entity]
  const isOfEntity = and(
    eq(fields.workspaceId, actor.workspaceId),
    eq(fields.entity, subject),
    isNull(fields.archivedAt),
  )
  const u = alias(users, 'u')
  const needsMembers = sql`EXISTS (SELECT 1 FROM ${fields} WHERE ${isOfEntity} AND ${fields.type} = 'user')`
  const { definitions, strict, members } = await runBatch(db, {
    definitions: db
      .select({ key: fields.key, label: fields.label, type: fields.type, options: fields.options })
      .from(fields)
      .where(isOfEntity)
      .orderBy(asc(fields.position), asc(fields.id)),
    strict: db
      .select({ entity: strictEntities.entity })
      .from(strictEntities)
      .where(and(eq(strictEntities.workspaceId, actor.workspaceId), eq(strictEntities.entity, subject))),
    members: db
      .select({ id: u.id, email: u.email, name: u.name })
      .from(u)
      .where(and(needsMembers, eq(u.workspaceId, actor.workspaceId), isTeamMember(sql`${u.id}`, actor.workspaceId))),
  })
  return { definitions, isStrict: strict.length > 0, members }
}

/** The same as SQL within the statement that classifies a chunk: whether anything is defined, and whether nothing else is taken. */
export function fieldRulesColumns({ actor }: Ctx, entity: Entity): SQL {
  const { subject } = ENTITIES[entity]
  const ofEntity = (table: typeof fields | typeof strictEntities) =>
    sql`EXISTS (SELECT 1 FROM ${table} WHERE ${table.workspaceId} = ${actor.workspaceId} AND ${table.entity} = ${subject})`
  return sql`${actor.workspaceId} AS workspace_id, ${subject} AS entity, ${ofEntity(strictEntities)} AS is_strict,
    ${ofEntity(fields)} OR ${ofEntity(strictEntities)} AS has_rules`
}
