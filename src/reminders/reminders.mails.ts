// The mails of a round of reminders, written by one statement out of what is still due when it runs.
import { sql } from 'drizzle-orm'
import type { Config } from '../config'
import type { Db } from '../db/client'
import { workspaceRoom } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import { linkTo } from '../mail/mail.settings'
import type { Due } from '../mail/mail.templates'
import { oneLine } from '../mail/mail.text'
import { type DueRow, isStillDue, type Kind } from './reminders.queries'

/** A mail tells of so many by name, and of the rest by number. */
const LISTED = 50

/** Something due, and the letter that it stands in: those with the same are one mail. */
export type ReminderMail = Omit<DueRow, 'mayHear'> & { letter: string }
type Sender = { db: Db; config: Config; now: string; outgoing: Set<string> }

/** The statement that queues the letters. Two runs at once write each once, for the marks follow in the same batch. */
export function reminderMails(sender: Sender, rows: ReminderMail[]) {
  const seen = new Map<string, number>()
  const list = rows.map((row) => {
    const { whom, note, page, ...needed } = row
    const place = seen.get(row.letter) ?? 0
    seen.set(row.letter, place + 1)
    return { ...needed, ...(place < LISTED ? { item: dueEntry(sender.config, row) } : {}) }
  })
  const field = (name: keyof ReminderMail) => sql`due.value ->> ${sql.raw(`'${name}'`)}`
  const grouped = sql`(SELECT ${field('email')} AS email, ${field('workspaceId')} AS workspace_id, ${field('user')} AS user,
    ${field('timeZone')} AS zone, max(${field('isProven')}) AS is_proven, CAST(count(*) AS TEXT) AS count,
    json_group_array(json(due.value -> 'item')) FILTER (WHERE due.value ->> 'item' IS NOT NULL) || '' AS items
    FROM json_each(${JSON.stringify(list)}) AS due WHERE ${isStillDue(sql`due.value`)} GROUP BY ${field('letter')})`
  // Letters of many workspaces in one statement: each is numbered among its own, whose room is looked up once.
  const homes = JSON.stringify([...new Set(rows.map(({ workspaceId }) => workspaceId))])
  const room = workspaceRoom(sender, sender.config.TEAM_MAILS_PER_WORKSPACE_A_DAY, sql`home.value`)
  const numbered = sql`(WITH quota AS MATERIALIZED (SELECT home.value AS id, ${room} AS room FROM json_each(${homes}) AS home)
    SELECT told.*, quota.room, row_number() OVER (PARTITION BY told.workspace_id) AS place
    FROM ${grouped} AS told JOIN quota ON quota.id = told.workspace_id)`
  const bound = sql`CASE WHEN letter.is_proven THEN NULL ELSE 'notice' END`
  return enqueue(sender, {
    template: 'followUpDue',
    to: sql`letter.email`,
    audience: { allowsUserText: sql`letter.is_proven`, bound },
    workspaceId: sql`letter.workspace_id`,
    payload: { user: sql`letter.user`, zone: sql`letter.zone`, count: sql`letter.count`, items: sql`letter.items` },
    from: sql`${numbered} AS letter`,
    when: sql`letter.place <= letter.room`,
  })
}

const ABOUT: Record<Kind, (whom: string) => string> = {
  interaction: (whom) => `Follow up with ${whom}`,
  lead: (whom) => `Follow up the lead of ${whom}`,
  customer: (whom) => `Be in touch with ${whom}`,
}

const UNTOLD: Record<Kind, string> = {
  interaction: 'Follow up with somebody',
  lead: 'Follow up a lead',
  customer: 'Be in touch with a customer',
}

// People's words are for an address that has proved itself.
function dueEntry(config: Config, { kind, whom, dueAt, note, page, isProven }: ReminderMail): Due {
  const words = isProven
    ? { about: ABOUT[kind](oneLine(whom)), note: oneLine(note) }
    : { about: UNTOLD[kind], note: '' }
  return { ...words, at: dueAt, link: linkTo(config, page) }
}
