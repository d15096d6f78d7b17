// Notes with a title, for APIs that know one: it stands above the text, as a heading in Markdown.
import { type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { interactions } from '../db/schema'
import { changeRecord } from '../records/change'
import { type InteractionRow, kindOf } from './interactions.record'

type Note = { title: string | null; content: string }
const TITLED = /^# ([^\n]+)\n\n([\s\S]*)$/

/** The text of a note with its title, which is one line. */
export function bodyOfNote({ title, content }: Note): string {
  return title ? `# ${title}\n\n${content}` : content
}

/** The title of a note and the text below it. */
export function noteIn(body: string): Note {
  const [, title = null, content = body] = TITLED.exec(body) ?? []
  return { title, content }
}

/** Changes title or text of a note, and leaves the other as it is. `null` removes the title. Throws `not_found`. */
export function updateNote(ctx: Ctx, id: string, { title, content }: Partial<Note>): Promise<InteractionRow> {
  const head =
    title === undefined
      ? sql`substr(${interactions.body}, 1, ${headLength})`
      : sql`${bodyOfNote({ title, content: '' })}`
  const text = content === undefined ? sql`substr(${interactions.body}, ${headLength} + 1)` : sql`${content}`
  const body = sql`${head} || ${text}`
  // The event compares JSON, the row holds the text.
  const set = { body: sql`json_quote(${body})` }
  const change = { verb: 'updated', permission: 'interactions:write', set, derived: { body } } as const
  return changeRecord(ctx, kindOf({ isNote: true }), id, change)
}

// Both line ends belong to the heading; 0 where there is none.
const end = sql`instr(${interactions.body}, char(10, 10))`
const headLength: SQL = sql`(CASE WHEN ${interactions.body} GLOB '# ?*' AND ${end} > 3
  AND ${end} = instr(${interactions.body}, char(10)) THEN ${end} + 1 ELSE 0 END)`
