// Queues a mail by an INSERT in the batch of the change that causes it, if the daily limits allow it.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import type { Actor } from '../access/policy'
import { type Config, linkTo } from '../config'
import type { PublicCtx } from '../context'
import { credentialText } from '../credentials'
import { seal, unseal } from '../crypto'
import { outbox, workspaces } from '../db/schema'
import { insertFrom } from '../db/sql'
import { DAY_MS } from '../time'
import { type Audience, recipientHasRoom, workspaceRoom } from './mail.audience'
import { canMail } from './mail.settings'
import { type FieldOf, isStoppable, TEMPLATES, type TemplateName } from './mail.templates'
import { isNotStopped } from './unsubscribe.service'

type MailDraft<T extends TemplateName> = {
  template: T
  /** The recipient's address, or SQL that finds it. If it finds none, no mail is queued. */
  to: string | SQL
  /** The audience of the mail. Without `max`, the caller's `when` checks the limit of the workspace. */
  audience: Omit<Audience, 'max'> & Partial<Audience>
  /** The fields of the template: values, or SQL over `from`. A link with a token comes from `sealedLink`. */
  payload: { [K in Exclude<FieldOf<T>, 'link'>]: string | SQL | null } & ('link' extends FieldOf<T> ? Link : object)
  /** One mail for each of these rows; without it, one mail. */
  from?: SQL
  /** The condition of the mail: mostly `ifChanged`. */
  when: SQL
  /** The workspace, if there is no actor. It may refer to `from` only if the audience has no `max`. */
  workspaceId?: string | SQL
  /** When the mail expires; default: a day after it was queued. */
  until?: string
}
type Link = { link: string | SQL } | { sealedLink: string }
type Sender = Pick<PublicCtx, 'db' | 'config' | 'now' | 'outgoing'> & { actor?: Actor }

/** The statement that queues a mail, as a list for a batch: empty if mail is not configured. */
export function enqueue<T extends TemplateName>(
  { db, config, now, outgoing, actor }: Sender,
  { template, to, audience, payload, from, when, workspaceId = actor?.workspaceId ?? '', until }: MailDraft<T>,
) {
  if (!canMail(config)) return []
  outgoing.add(now)
  const { userTexts } = TEMPLATES[template]
  const home = alias(workspaces, 'home')
  const workspaceName = sql`(SELECT ${home.name} FROM ${workspaces} AS home WHERE ${home.id} = ${workspaceId})`
  const { replyTo, language } = audience
  const given = { ...payload, workspace: workspaceName, ...(replyTo && { replyTo }), ...(language && { language }) }
  const fields = Object.entries<string | SQL | null>(given).map(([name, value]) => {
    const isUserText = name === 'workspace' || userTexts.includes(name)
    return sql`${sql.raw(`'${name}'`)}, ${isUserText ? sql`CASE WHEN ${audience.allowsUserText} THEN ${value} END` : value}`
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
  const hasRecipient = typeof to === 'string' ? sql`true` : sql`${to} IS NOT NULL`
  const isWithinLimit = recipientHasRoom({ config, now }, audience.bound, to)
  const isWanted = hasNotStopped(template, audience, workspaceId, to)
  const limit = audience.max === undefined ? sql`` : sql`LIMIT ${workspaceRoom({ now }, audience.max, workspaceId)}`
  const conditions = sql`${when} AND ${hasRecipient} AND ${isWithinLimit} AND ${isWanted}`
  const tail = sql`${from ? sql`FROM ${from}` : sql``} WHERE ${conditions} ${limit}`
  return [insertFrom(db, outbox, values, tail)]
}

/** A link to a page with the secret of a credential, sealed so that a reader of the database cannot use it. */
export async function sealedLink(config: Config, page: string, secret: string): Promise<{ sealedLink: string }> {
  return { sealedLink: await seal(config, 'mailed link', JSON.stringify([page, secret])) }
}

const LinkParts = z.tuple([z.string(), z.string()])

/** The link of `sealedLink`, in a mail of this workspace. Throws if its secret is not accepted any more. */
export async function unsealedLink(config: Config, workspaceId: string, sealed: string): Promise<string> {
  const [page, secret] = LinkParts.parse(JSON.parse(await unseal(config, 'mailed link', sealed)))
  return linkTo(config, page, credentialText(workspaceId, secret))
}

// The recipient has not stopped such mail. Members switch mail off in their settings instead.
function hasNotStopped(
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

// A UUIDv7 whose random part comes from SQLite, because one statement can insert many rows.
function timeOrderedId(now: string): SQL {
  const time = Date.parse(now).toString(16).padStart(12, '0')
  const random = (bytes: number) => sql.raw(`lower(hex(randomblob(${bytes})))`)
  return sql`${`${time.slice(0, 8)}-${time.slice(8)}-7`} || substr(${random(2)}, 2) || '-' ||
    substr('89ab', 1 + (random() & 3), 1) || substr(${random(2)}, 2) || '-' || ${random(6)}`
}
