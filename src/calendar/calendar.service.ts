// The calendar feed: a read-only link to the user's own dates, with a token that is stored hashed and can be revoked.

import { eq, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import { ownedByTokenHolder } from '../access/visible'
import type { Ctx, PublicCtx } from '../context'
import { randomToken, sha256 } from '../crypto'
import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { calendarFeeds as feeds, users } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { linkTo } from '../mail/mail.settings'
import { DAY_MS } from '../time'
import { calendarText, type Entry } from './calendar.ics'

/** The window of a feed, and how many entries it has at most, those nearest to now. */
const PAST = { days: 90, entries: 300 }
const FUTURE = { days: 366, entries: 700 }

/** Creates the actor's feed with a new token; the token of an earlier feed ends. */
export async function openFeed(ctx: Ctx): Promise<{ token: string; createdAt: string }> {
  const { db, actor, now } = ctx
  const token = randomToken()
  const feed = { userId: actor.id, workspaceId: actor.workspaceId, tokenHash: await sha256(token), createdAt: now }
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
  return { token, createdAt }
}

/** When the actor's feed was created; null where there is none. */
export async function getFeed({ db, actor }: Ctx) {
  const [feed] = await db.select({ createdAt: feeds.createdAt }).from(feeds).where(eq(feeds.userId, actor.id))
  return feed ?? { createdAt: null }
}

/** Ends the actor's feed: its link answers 404 from now on. Throws `not_found` where there is none. */
export async function closeFeed(ctx: Ctx): Promise<void> {
  const { db, actor } = ctx
  const { closed } = await runBatch(db, {
    closed: one(db.delete(feeds).where(eq(feeds.userId, actor.id)).returning({ userId: feeds.userId })),
    event: eventInsert(ctx, { verb: 'user.calendar_closed', subject: 'user', id: actor.id, when: ifChanged }),
  })
  if (!closed) throw new AppError('not_found')
}

/** The calendar that a token opens, as text/calendar. Throws `not_found`, also where its user may not sign in any more. */
export async function readFeed({ db, now, config }: PublicCtx, token: string): Promise<string> {
  const hash = await sha256(token)
  const isVerified = config.REQUIRE_VERIFIED_EMAIL ? sql`users.email_verified` : sql`true`
  const me = sql`(SELECT users.id, users.workspace_id, users.role FROM calendar_feeds AS feed CROSS JOIN users
    ON users.id = feed.user_id WHERE feed.token_hash = ${hash} AND ${isActive} AND ${isVerified}) AS me`
  const day = (days: number) => new Date(Date.parse(now) + days * DAY_MS).toISOString()
  const { home, past, future } = await runBatch(db, {
    home: one(
      db
        .select({
          name: sql<string>`(SELECT home.name FROM workspaces AS home WHERE home.id = me.workspace_id)`.as('name'),
        })
        .from(me),
    ),
    past: entriesOf(db, me, { from: day(-PAST.days), to: now, order: sql`DESC`, limit: PAST.entries }),
    future: entriesOf(db, me, { from: now, to: day(FUTURE.days), order: sql`ASC`, limit: FUTURE.entries }),
  })
  if (!home) throw new AppError('not_found')
  const page = (path: string | null) => (path !== null && config.PUBLIC_URL ? linkTo(config, path) : null)
  const entries = [...past.toReversed(), ...future].map(
    ({ kind, id, at, whom, note, path, changedAt, version }): Entry => {
      // Each reminder to be in touch is an entry of its own; every other entry keeps its uid when it moves.
      const uid = kind === 'touch' ? `${id}-touch-${Date.parse(at)}` : `${id}-${kind}`
      return {
        ...{ uid: `${uid}@edge-crm`, at, changedAt, description: note, url: page(path) },
        ...{ summary: `${SAID[kind]} ${whom}`, isBusy: kind === 'meeting', revision: version - 1 },
      }
    },
  )
  return calendarText(home.name, entries)
}

const SAID = { meeting: 'Meeting:', followup: 'Follow up:', lead: 'Follow up:', touch: 'Be in touch:' }

type Span = { from: string; to: string; order: SQL; limit: number }

// Each part walks a time index of the user's own rows; the last one an index of the customer's meetings.
function entriesOf(db: Db, me: SQL, { from, to, order, limit }: Span) {
  const part = (columns: SQL, rows: SQL, at: SQL, where: SQL) => sql`SELECT * FROM (SELECT ${columns}, ${at} AS at
    FROM ${me} CROSS JOIN ${rows} WHERE ${where} AND ${at} >= ${from} AND ${at} < ${to} ORDER BY ${at} ${order} LIMIT ${limit})`
  const whom = sql`coalesce((SELECT c.name FROM customers AS c WHERE c.id = interactions.customer_id),
    (SELECT coalesce(l.name, l.title) FROM leads AS l WHERE l.id = interactions.lead_id)) AS whom`
  const page = sql`coalesce('customers/' || interactions.customer_id, 'leads/' || interactions.lead_id) AS path`
  const stamps = (table: string) => sql.raw(`${table}.id, ${table}.updated_at AS changed_at, ${table}.version`)
  const noteColumns = sql`${stamps('interactions')}, ${whom}, substr(interactions.body, 1, 500) AS note`
  const parts = [
    part(
      sql`'followup' AS kind, ${noteColumns}, ${page}`,
      sql`interactions INDEXED BY interactions_owner_due`,
      sql`interactions.follow_up_at`,
      sql`${ownedByTokenHolder.interactions} AND interactions.follow_up_at IS NOT NULL AND interactions.done_at IS NULL`,
    ),
    part(
      sql`'meeting', ${noteColumns}, ${page}`,
      sql`interactions INDEXED BY interactions_owner_type`,
      sql`interactions.occurred_at`,
      sql`${ownedByTokenHolder.interactions} AND interactions.type = 'MEETING'`,
    ),
    part(
      sql`'lead', ${stamps('leads')}, coalesce(leads.name, leads.title), leads.title, 'leads/' || leads.id`,
      sql`leads INDEXED BY leads_owner_follow_up`,
      sql`leads.follow_up_at`,
      sql`${ownedByTokenHolder.leads} AND leads.follow_up_at IS NOT NULL AND leads.status <> 'CLOSED'`,
    ),
    part(
      sql`'touch', ${stamps('customers')}, customers.name, '', 'customers/' || customers.id`,
      sql`customers INDEXED BY customers_owner_touch_due`,
      sql`customers.next_touch_at`,
      sql`${ownedByTokenHolder.customers} AND customers.next_touch_at IS NOT NULL`,
    ),
    // A customer sees the workspace's name in place of their own.
    part(
      sql`'meeting', ${stamps('interactions')}, (SELECT home.name FROM workspaces AS home WHERE home.id = me.workspace_id),
        substr(interactions.body, 1, 500), NULL`,
      sql`customers INDEXED BY customers_user CROSS JOIN interactions INDEXED BY interactions_shared`,
      sql`interactions.occurred_at`,
      sql`${ownedByTokenHolder.interactionsWithMe} AND interactions.type = 'MEETING'`,
    ),
  ]
  return db
    .select({
      kind: sql<keyof typeof SAID>`entry.kind`.as('kind'),
      id: sql<string>`entry.id`.as('id'),
      at: sql<string>`entry.at`.as('at'),
      whom: sql<string>`entry.whom`.as('whom'),
      note: sql<string>`entry.note`.as('note'),
      path: sql<string | null>`entry.path`.as('path'),
      changedAt: sql<string>`entry.changed_at`.as('changed_at'),
      version: sql<number>`entry.version`.as('version'),
    })
    .from(sql`(${sql.join(parts, sql` UNION ALL `)}) AS entry`)
    .orderBy(sql`entry.at ${order}, entry.id`)
    .limit(limit)
}
