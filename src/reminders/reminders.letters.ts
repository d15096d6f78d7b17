// The mails of a round of reminders, written by one statement out of what is still due when it runs.
import { sql } from 'drizzle-orm'
import type { Config } from '../config'
import type { Db } from '../db/client'
import { enqueue } from '../mail/mail.enqueue'
import { oneLine } from '../mail/mail.render'
import { linkTo } from '../mail/mail.settings'
import type { Due } from '../mail/mail.templates'
import { type DueRow, isStillDue, type Kind } from './reminders.queries'

/** A mail tells of so many by name, and of the rest by number. */
const LISTED = 50

/** Something due, and the letter that it stands in: those with the same are one mail. */
export type Letter = Omit<DueRow, 'mayHear'> & { letter: string }
type Sender = { db: Db; config: Config; now: string; outgoing: Set<string> }

/** The statement that queues the letters. Two runs at once write each once, for the marks follow in the same batch. */
export function letters(sender: Sender, rows: Letter[]) {
  const seen = new Map<string, number>()
  const list = rows.map((row) => {
    const { whom, note, page, ...needed } = row
    const place = seen.get(row.letter) ?? 0
    seen.set(row.letter, place + 1)
    return { ...needed, ...(place < LISTED ? { item: toldOf(sender.config, row) } : {}) }
  })
  const field = (name: keyof Letter) => sql`due.value ->> ${sql.raw(`'${name}'`)}`
  const grouped = sql`(SELECT ${field('email')} AS email, ${field('workspaceId')} AS workspace_id, ${field('user')} AS user,
    ${field('timeZone')} AS zone, CAST(count(*) AS TEXT) AS count,
    json_group_array(json(due.value -> 'item')) FILTER (WHERE due.value ->> 'item' IS NOT NULL) || '' AS items
    FROM json_each(${JSON.stringify(list)}) AS due WHERE ${isStillDue(sql`due.value`)} GROUP BY ${field('letter')})`
  return enqueue(sender, {
    template: 'followUpDue',
    to: sql`letter.email`,
    workspaceId: sql`letter.workspace_id`,
    payload: { user: sql`letter.user`, zone: sql`letter.zone`, count: sql`letter.count`, items: sql`letter.items` },
    from: sql`${grouped} AS letter`,
    when: sql`true`,
  })
}

const SAID: Record<Kind, (whom: string) => string> = {
  interaction: (whom) => `Follow up with ${whom}`,
  lead: (whom) => `Follow up the lead of ${whom}`,
  customer: (whom) => `Be in touch with ${whom}`,
}

function toldOf(config: Config, { kind, whom, dueAt, note, page }: Letter): Due {
  return { about: SAID[kind](oneLine(whom)), at: dueAt, note: oneLine(note), link: linkTo(config, page) }
}
