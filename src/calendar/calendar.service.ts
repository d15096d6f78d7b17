// The calendar feed: a read-only link to the user's dates. Its token is stored as a hash and can be revoked.
import { type AnyColumn, eq, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import { ownedByTokenHolder } from '../access/visible'
import { hasPages, linkTo } from '../config'
import { type Ctx, located, type PublicCtx } from '../context'
import { credentialOf, credentialText, newSecret } from '../credentials'
import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { customers, calendarFeeds as feeds, interactions, leads, users, workspaces } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { DAY_MS } from '../time'
import { calendarText, type Entry } from './calendar.ics'

/** The span of a feed, and the most entries of each part; those nearest to now are kept. */
const PAST = { days: 90, entries: 300 }
const FUTURE = { days: 366, entries: 700 }

/** Creates the actor's feed with a new token; the token of an earlier feed ends. */
export async function openFeed(ctx: Ctx): Promise<{ token: string; createdAt: string }> {
  const { db, actor, now } = ctx
  const { secret, hash } = await newSecret()
  const feed = { userId: actor.id, workspaceId: actor.workspaceId, tokenHash: hash, createdAt: now }
  const { tokenHash, createdAt } = feed
  const me = sql`FROM ${users} WHERE ${eq(users.id, actor.id)} AND ${isActive}`
  const { opened } = await runBatch(db, {
    opened: one(
      insertFrom(db, feeds, feed, me)
        .onConflictDoUpdate({ target: feeds.userId, set: { tokenHash, createdAt } })
        .returning({ userId: feeds.userId }),
    ),
    event: eventInsert(ctx, { verb: 'user.calendar_opened', subject: 'user', id: actor.id, when: ifChanged }),
  })
  if (!opened) throw new AppError('unauthenticated')
  return { token: credentialText(actor.workspaceId, secret), createdAt }
}

/** When the actor's feed was created; null if there is none. */
export async function getFeed({ db, actor }: Ctx) {
  const [feed] = await db.select({ createdAt: feeds.createdAt }).from(feeds).where(eq(feeds.userId, actor.id))
  return feed ?? { createdAt: null }
}

/** Ends the actor's feed: its link is a 404 from now on. Throws `not_found` if there is none. */
export async function closeFeed(ctx: Ctx): Promise<void> {
  const { db, actor } = ctx
  const { closed } = await runBatch(db, {
    closed: one(db.delete(feeds).where(eq(feeds.userId, actor.id)).returning({ userId: feeds.userId })),
    event: eventInsert(ctx, { verb: 'user.calendar_closed', subject: 'user', id: actor.id, when: ifChanged }),
  })
  if (!closed) throw new AppError('not_found')
}

/** The calendar of a token, as text/calendar. Throws `not_found`, also if its user may not sign in any more. */
export async function readFeed(ctx: PublicCtx, token: string): Promise<string> {
  const { workspaceId, hash } = await credentialOf(token)
  const { db, now, config } = await located(ctx, { workspace: workspaceId })
  const isVerified = config.REQUIRE_VERIFIED_EMAIL ? sql`${users.emailVerified}` : sql`true`
  const me = sql`(SELECT ${users.id}, ${users.workspaceId}, ${users.role} FROM ${feeds} CROSS JOIN ${users}
    ON ${users.id} = ${feeds.userId} WHERE ${feeds.tokenHash} = ${hash} AND ${feeds.workspaceId} = ${workspaceId}
      AND ${isActive} AND ${isVerified}) AS me`
  const daysFromNow = (days: number) => new Date(Date.parse(now) + days * DAY_MS).toISOString()
  const { workspace, past, future } = await runBatch(db, {
    workspace: one(
      db
        .select({
          name: sql<string>`(SELECT ${workspaces.name} FROM ${workspaces} WHERE ${workspaces.id} = me.workspace_id)`.as(
            'name',
          ),
        })
        .from(me),
    ),
    past: entriesOf(db, me, { from: daysFromNow(-PAST.days), to: now, order: sql`DESC`, limit: PAST.entries }),
    future: entriesOf(db, me, { from: now, to: daysFromNow(FUTURE.days), order: sql`ASC`, limit: FUTURE.entries }),
  })
  if (!workspace) throw new AppError('not_found')
  const urlOf = (path: string | null) => (path !== null && hasPages(config) ? linkTo(config, path) : null)
  const entries = [...past.toReversed(), ...future].map(
    ({ kind, id, at, name, note, path, changedAt, version }): Entry => {
      // Each date to keep in touch is a new entry; every other entry keeps its uid when its time changes.
      const uid = kind === 'touch' ? `${id}-touch-${Date.parse(at)}` : `${id}-${kind}`
      return {
        ...{ uid: `${uid}@edge-crm`, at, changedAt, description: note, url: urlOf(path) },
        ...{ summary: `${TITLES[kind]} ${name}`, isBusy: kind === 'meeting', revision: version - 1 },
      }
    },
  )
  return calendarText(workspace.name, entries)
}

const TITLES = { meeting: 'Meeting:', followup: 'Follow up:', lead: 'Follow up:', touch: 'Be in touch:' }

type Part = { from: string; to: string; order: SQL; limit: number }

// Each SELECT reads a time index of the user's own rows; the last one reads an index of the customer's meetings.
function entriesOf(db: Db, me: SQL, { from, to, order, limit }: Part) {
  const part = (columns: SQL, rows: SQL, at: SQL, where: SQL) => sql`SELECT * FROM (SELECT ${columns}, ${at} AS at
    FROM ${me} CROSS JOIN ${rows} WHERE ${where} AND ${at} >= ${from} AND ${at} < ${to} ORDER BY ${at} ${order} LIMIT ${limit})`
  const page = sql`coalesce('customers/' || ${interactions.customerId}, 'leads/' || ${interactions.leadId}) AS path`
  const stamps = ({ id, updatedAt, version }: Record<'id' | 'updatedAt' | 'version', AnyColumn>) =>
    sql`${id}, ${updatedAt} AS changed_at, ${version}`
  // An entry shows the name of its customer, lead or workspace, so a change of that one is a change of the entry.
  const stampsWith = (...names: string[]) =>
    sql`${interactions.id}, max(${interactions.updatedAt}, ${sql.join(
      names.map((name) => sql.raw(`coalesce(${name}.updated_at, '')`)),
      sql`, `,
    )}) AS changed_at, ${interactions.version} + ${sql.join(
      names.map((name) => sql.raw(`coalesce(${name}.version, 1) - 1`)),
      sql` + `,
    )} AS version`
  const note = sql`substr(${interactions.body}, 1, 500) AS note`
  const noteColumns = sql`${stampsWith('c', 'l')}, coalesce(c.name, l.name, l.title) AS name, ${note}, ${page}`
  const notes = (index: string) => sql`${interactions} INDEXED BY ${sql.raw(index)}
    LEFT JOIN ${customers} AS c ON c.id = ${interactions.customerId} LEFT JOIN ${leads} AS l ON l.id = ${interactions.leadId}`
  const isOpen = sql`${interactions.followUpAt} IS NOT NULL AND ${interactions.doneAt} IS NULL`
  const followUps = (index: string, where: SQL) =>
    part(
      sql`'followup' AS kind, ${noteColumns}`,
      notes(index),
      sql`${interactions.followUpAt}`,
      sql`${where} AND ${isOpen}`,
    )
  const parts = [
    // D1 merges at most five SELECTs.
    sql`SELECT * FROM (${followUps('interactions_owner_due', ownedByTokenHolder.interactions)}
      UNION ALL ${followUps('interactions_unowned_due', ownedByTokenHolder.unownedInteractions)})`,
    part(
      sql`'meeting', ${noteColumns}`,
      notes('interactions_owner_type'),
      sql`${interactions.occurredAt}`,
      sql`${ownedByTokenHolder.interactions} AND ${interactions.type} = 'MEETING'`,
    ),
    part(
      sql`'lead', ${stamps(leads)}, coalesce(${leads.name}, ${leads.title}), ${leads.title}, 'leads/' || ${leads.id}`,
      sql`${leads} INDEXED BY leads_owner_open_follow_up`,
      sql`${leads.followUpAt}`,
      sql`${ownedByTokenHolder.leads} AND ${leads.followUpAt} IS NOT NULL AND ${leads.status} <> 'CLOSED'`,
    ),
    part(
      sql`'touch', ${stamps(customers)}, ${customers.name}, '', 'customers/' || ${customers.id}`,
      sql`${customers} INDEXED BY customers_owner_touch_due`,
      sql`${customers.nextTouchAt}`,
      sql`${ownedByTokenHolder.customers} AND ${customers.nextTouchAt} IS NOT NULL`,
    ),
    // For a portal login, the entry has the name of the workspace.
    part(
      sql`'meeting', ${stampsWith('w')}, w.name, ${note}, NULL`,
      sql`${customers} INDEXED BY customers_user CROSS JOIN ${interactions} INDEXED BY interactions_shared
        CROSS JOIN ${workspaces} AS w ON w.id = me.workspace_id`,
      sql`${interactions.occurredAt}`,
      sql`${ownedByTokenHolder.interactionsWithMe} AND ${interactions.type} = 'MEETING'`,
    ),
  ]
  return db
    .select({
      kind: sql<keyof typeof TITLES>`entry.kind`.as('kind'),
      id: sql<string>`entry.id`.as('id'),
      at: sql<string>`entry.at`.as('at'),
      name: sql<string>`entry.name`.as('name'),
      note: sql<string>`entry.note`.as('note'),
      path: sql<string | null>`entry.path`.as('path'),
      changedAt: sql<string>`entry.changed_at`.as('changed_at'),
      version: sql<number>`entry.version`.as('version'),
    })
    .from(sql`(${sql.join(parts, sql` UNION ALL `)}) AS entry`)
    .orderBy(sql`entry.at ${order}, entry.id`)
    .limit(limit)
}
