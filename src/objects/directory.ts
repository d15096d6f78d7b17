// The directory in D1: finds the workspace of a name, and reserves names before a workspace takes them.
import { and, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { directory, oauthAccounts, subscriptions, users, workspaces } from '../db/schema'
import { insertFrom } from '../db/sql'
import { MINUTE_MS } from '../time'
import type { Name } from './names'

/** How long a workspace may take a name that it has reserved, and how much longer the sweep waits: clocks differ. */
const RESERVED_MS = MINUTE_MS
const DOUBT_MS = MINUTE_MS
const SWEPT = 50

export type Entry = typeof directory.$inferSelect

const isName = ({ kind, name }: Name): SQL | undefined => and(eq(directory.kind, kind), eq(directory.name, name))

/** The workspace of the first of these names that is known. */
export async function workspaceOf(db: Db, names: readonly Name[]): Promise<string | undefined> {
  const rows = await db
    .select()
    .from(directory)
    .where(or(...names.map(isName)))
  const found = names.map((name) => rows.find((row) => row.kind === name.kind && row.name === name.name))
  return found.find((row) => row !== undefined)?.workspaceId
}

/** Whether the installation has a workspace, in an object or in D1. */
export async function hasWorkspaces(db: Db): Promise<boolean> {
  const found = sql<number>`EXISTS (SELECT 1 FROM ${directory} WHERE ${directory.kind} = 'slug')
    OR EXISTS (SELECT 1 FROM ${workspaces})`
  const [row] = await db.select({ found: found.as('found') }).from(sql`(SELECT 1)`)
  return row?.found === 1
}

// Workspaces that were made before STORAGE was `objects` are in D1 itself.
function isHeldInD1({ kind, name }: Name, workspaceId: string): SQL {
  const holders: Record<Name['kind'], SQL> = {
    email: sql`${users} WHERE ${users.email} = ${name} AND ${users.deletedAt} IS NULL AND ${users.workspaceId} <> ${workspaceId}`,
    username: sql`${users} WHERE ${users.username} = ${name} AND ${users.deletedAt} IS NULL
      AND ${users.workspaceId} <> ${workspaceId}`,
    slug: sql`${workspaces} WHERE ${workspaces.slug} = ${name} AND ${workspaces.id} <> ${workspaceId}`,
    oauth: sql`${oauthAccounts} WHERE ${oauthAccounts.provider} || ' ' || ${oauthAccounts.subject} = ${name}
      AND ${oauthAccounts.workspaceId} <> ${workspaceId}`,
    stripe: sql`${subscriptions} WHERE ${subscriptions.stripeCustomerId} = ${name}
      AND ${subscriptions.workspaceId} <> ${workspaceId}`,
  }
  return sql`EXISTS (SELECT 1 FROM ${holders[kind]})`
}

/** Reserves a name that is free, or the workspace's own; gives its entry, which may be another workspace's. */
export async function reserveName(db: Db, { kind, name }: Name, workspaceId: string): Promise<Entry | undefined> {
  const reservedUntil = new Date(Date.now() + RESERVED_MS).toISOString()
  const own = { kind, name, workspaceId, reservedUntil }
  const isFree = sql`WHERE NOT ${isHeldInD1({ kind, name }, workspaceId)}`
  const { entry } = await runBatch(db, {
    reserved: insertFrom(db, directory, own, isFree).onConflictDoUpdate({
      target: [directory.kind, directory.name],
      set: { reservedUntil },
      setWhere: eq(directory.workspaceId, workspaceId),
    }),
    entry: one(db.select().from(directory).where(isName({ kind, name }))),
  })
  return entry
}

/** Writes what a workspace has found out of a name: it has it, or it has it no more and has not reserved it anew. */
export function settlement(db: Db, name: Name, workspaceId: string, isHeld: boolean) {
  const { kind } = name
  if (isHeld) {
    return insertFrom(
      db,
      directory,
      { kind, name: name.name, workspaceId, reservedUntil: null },
      sql`WHERE true`,
    ).onConflictDoUpdate({
      target: [directory.kind, directory.name],
      set: { reservedUntil: null },
      setWhere: eq(directory.workspaceId, workspaceId),
    })
  }
  const isOver = or(isNull(directory.reservedUntil), lt(directory.reservedUntil, new Date().toISOString()))
  return db.delete(directory).where(and(isName(name), eq(directory.workspaceId, workspaceId), isOver))
}

/** Gives back a reservation that was not used, unless it was renewed. */
export async function giveBack(db: Db, { kind, name, workspaceId, reservedUntil }: Entry): Promise<void> {
  if (reservedUntil === null) return
  await db
    .delete(directory)
    .where(
      and(isName({ kind, name }), eq(directory.workspaceId, workspaceId), eq(directory.reservedUntil, reservedUntil)),
    )
}

/** Whether nobody may be about to take the name of an entry: it was reserved long ago, or is settled. */
export function isQuiet({ reservedUntil }: Entry): boolean {
  return reservedUntil === null || Date.parse(reservedUntil) + DOUBT_MS < Date.now()
}

/** Removes the entry of a workspace that does not have the name, if it is as it was. */
export async function removeEntry(db: Db, { kind, name, workspaceId, reservedUntil }: Entry): Promise<void> {
  const isSame = sql`${directory.reservedUntil} IS ${reservedUntil}`
  await db.delete(directory).where(and(isName({ kind, name }), eq(directory.workspaceId, workspaceId), isSame))
}

/** Reservations of which nobody has said what became of them, the oldest first. */
export function doubtfulEntries(db: Db): Promise<Entry[]> {
  return db
    .select()
    .from(directory)
    .where(lt(directory.reservedUntil, new Date(Date.now() - DOUBT_MS).toISOString()))
    .orderBy(directory.reservedUntil)
    .limit(SWEPT)
}
