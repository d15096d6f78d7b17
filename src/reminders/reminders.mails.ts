// The mails of a round of reminders: one statement queues them for the records that are still due when it runs.
import { sql } from 'drizzle-orm'
import { type Config, linkTo } from '../config'
import type { Db } from '../db/client'
import { workspaceRoom } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import type { Due } from '../mail/mail.templates'
import { oneLine } from '../mail/mail.text'
import { type DueRow, isStillDue } from './reminders.queries'

/** A mail lists this many records, and counts the rest. */
const LISTED = 50

/** A due record with the key of its mail: records with the same key go into one mail. */
export type ReminderRow = Omit<DueRow, 'canBeMailed'> & { mailKey: string }
type Sender = { db: Db; config: Config; now: string; outgoing: Set<string> }

/** The statement that queues the mails. Two runs at a time queue each once: the same batch marks the records as mailed. */
export function reminderMails(sender: Sender, rows: ReminderRow[]) {
  const counts = new Map<string, number>()
  const list = rows.map((row) => {
    const { name, note, path, ...keys } = row
    const place = counts.get(row.mailKey) ?? 0
    counts.set(row.mailKey, place + 1)
    return { ...keys, ...(place < LISTED ? { item: dueEntry(sender.config, row) } : {}) }
  })
  const field = (name: keyof ReminderRow) => sql`due.value ->> ${sql.raw(`'${name}'`)}`
  const grouped = sql`(SELECT ${field('email')} AS email, ${field('workspaceId')} AS workspace_id, ${field('user')} AS user,
    ${field('timeZone')} AS zone, max(${field('isVerified')}) AS is_verified, CAST(count(*) AS TEXT) AS count,
    json_group_array(json(due.value -> 'item')) FILTER (WHERE due.value ->> 'item' IS NOT NULL) || '' AS items
    FROM json_each(${JSON.stringify(list)}) AS due WHERE ${isStillDue(sql`due.value`)} GROUP BY ${field('mailKey')})`
  // One statement has mails of many workspaces: it numbers them by workspace, and reads each workspace's limit once.
  const workspaceIds = JSON.stringify([...new Set(rows.map(({ workspaceId }) => workspaceId))])
  const room = workspaceRoom(sender, sender.config.TEAM_MAILS_PER_WORKSPACE_A_DAY, sql`workspace.value`)
  const numbered = sql`(WITH quota AS MATERIALIZED (SELECT workspace.value AS id, ${room} AS room
      FROM json_each(${workspaceIds}) AS workspace)
    SELECT grouped.*, quota.room, row_number() OVER (PARTITION BY grouped.workspace_id) AS place
    FROM ${grouped} AS grouped JOIN quota ON quota.id = grouped.workspace_id)`
  const bound = sql`CASE WHEN mail.is_verified THEN NULL ELSE 'notice' END`
  return enqueue(sender, {
    template: 'followUpDue',
    to: sql`mail.email`,
    audience: { allowsUserText: sql`mail.is_verified`, bound },
    workspaceId: sql`mail.workspace_id`,
    payload: { user: sql`mail.user`, zone: sql`mail.zone`, count: sql`mail.count`, items: sql`mail.items` },
    from: sql`${numbered} AS mail`,
    when: sql`mail.place <= mail.room`,
  })
}

// Only a verified address gets names and texts that people wrote.
function dueEntry(config: Config, { kind, name, dueAt, note, path, isVerified }: ReminderRow): Due {
  const texts = isVerified ? { name: oneLine(name), note: oneLine(note) } : { name: '', note: '' }
  return { kind, ...texts, at: dueAt, link: linkTo(config, path) }
}
