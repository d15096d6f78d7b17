// Queueing: a mail is an INSERT that goes into the batch of the change that causes it, if the day has room for it.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Actor } from '../access/policy'
import type { Config } from '../config'
import type { PublicCtx } from '../context'
import { credentialText } from '../credentials'
import { seal, unseal } from '../crypto'
import { outbox } from '../db/schema'
import { insertFrom } from '../db/sql'
import { DAY_MS } from '../time'
import { type Audience, recipientHasRoom, workspaceRoom } from './mail.audience'
import { canMail, linkTo } from './mail.settings'
import { type FieldOf, isStoppable, TEMPLATES, type TemplateName } from './mail.templates'
import { isNotStopped } from './unsubscribe.service'

type MailDraft<T extends TemplateName> = {
  template: T
  /** The recipient's address, or SQL that finds it; where that finds none, nothing is queued. */
  to: string | SQL
  /** What words it may say, and how many a day; without `most`, `when` has looked at the workspace's day. */
  audience: Omit<Audience, 'most'> & Partial<Audience>
  /** What the template is filled with: values, or SQL over `from`; a link with a token comes from `sealedLink`. */
  payload: { [K in Exclude<FieldOf<T>, 'link'>]: string | SQL | null } & ('link' extends FieldOf<T> ? Link : object)
  /** Rows to write one mail each for; without it, one mail. */
  from?: SQL
  /** Whether it happened, in the words of the batch: mostly `ifChanged`. */
  when: SQL
  /** Whose workspace, where nobody is signed in; it speaks of `from` only where the audience has no `most`. */
  workspaceId?: string | SQL
  /** When the mail is of no use any more, if that is sooner than in a day. */
  until?: string
}
type Link = { link: string | SQL } | { sealedLink: string }
type Sender = Pick<PublicCtx, 'db' | 'config' | 'now' | 'outgoing'> & { actor?: Actor }

/** The statement that queues a mail, if it happened; none where mail is not configured. For the batch, to spread. */
export function enqueue<T extends TemplateName>(
  { db, config, now, outgoing, actor }: Sender,
  { template, to, audience, payload, from, when, workspaceId = actor?.workspaceId ?? '', until }: MailDraft<T>,
) {
  if (!canMail(config)) return []
  outgoing.add(now)
  const { words } = TEMPLATES[template]
  const home = sql`(SELECT home.name FROM workspaces AS home WHERE home.id = ${workspaceId})`
  const given = { ...payload, workspace: home, ...(audience.replyTo ? { replyTo: audience.replyTo } : {}) }
  const fields = Object.entries<string | SQL | null>(given).map(([name, value]) => {
    const isWord = name === 'workspace' || words.includes(name)
    return sql`${sql.raw(`'${name}'`)}, ${isWord ? sql`CASE WHEN ${audience.isTold} THEN ${value} END` : value}`
  })
  const values = {
    id: timeOrderedId(now),
    workspaceId,
    template,
    recipient: to,
    bound: audience.bound,
    payload: sql`json_object(${sql.join(fields, sql`, `)})`,
    nextAttemptAt: now,
    giveUpAt: until ?? new Date(Date.parse(now) + DAY_MS).toISOString(),
    createdAt: now,
  }
  const isAddressed = typeof to === 'string' ? sql`true` : sql`${to} IS NOT NULL`
  const isWithin = sql`${recipientHasRoom({ config, now }, audience.bound, to)} AND ${isWanted(template, audience, workspaceId, to)}`
  const limit = audience.most === undefined ? sql`` : sql`LIMIT ${workspaceRoom({ now }, audience.most, workspaceId)}`
  const tail = sql`${from ? sql`FROM ${from}` : sql``} WHERE ${when} AND ${isAddressed} AND ${isWithin} ${limit}`
  return [insertFrom(db, outbox, values, tail)]
}

/** A link to a page with the secret of a credential, sealed so that a reader of the database cannot follow it. */
export async function sealedLink(config: Config, page: string, secret: string): Promise<{ sealedLink: string }> {
  return { sealedLink: await seal(config, 'mailed link', JSON.stringify([page, secret])) }
}

const Opened = z.tuple([z.string(), z.string()])

/** The link of a mail of this workspace; throws if its secret is not accepted any more. */
export async function openedLink(config: Config, workspaceId: string, sealed: string): Promise<string> {
  const [page, secret] = Opened.parse(JSON.parse(await unseal(config, 'mailed link', sealed)))
  return linkTo(config, page, credentialText(workspaceId, secret))
}

// Whether the reader has not stopped such mail. Mail to members is switched off by their settings.
function isWanted(
  template: TemplateName,
  { bound }: MailDraft<TemplateName>['audience'],
  home: string | SQL,
  to: string | SQL,
) {
  if (isStoppable(template, bound === 'outside' ? bound : null)) return isNotStopped(home, to)
  return bound === null || typeof bound === 'string'
    ? sql`true`
    : sql`(${bound} IS NOT 'outside' OR ${isNotStopped(home, to)})`
}

// A UUIDv7 whose random part SQLite makes, for one statement may write many rows.
function timeOrderedId(now: string): SQL {
  const time = Date.parse(now).toString(16).padStart(12, '0')
  const random = (bytes: number) => sql.raw(`lower(hex(randomblob(${bytes})))`)
  return sql`${`${time.slice(0, 8)}-${time.slice(8)}-7`} || substr(${random(2)}, 2) || '-' ||
    substr('89ab', 1 + (random() & 3), 1) || substr(${random(2)}, 2) || '-' || ${random(6)}`
}
