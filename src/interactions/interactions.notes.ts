// Notes with a title, for APIs that know one: it stands above the text, as a heading in Markdown.
import { type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { interactions } from '../db/schema'
import type { InteractionRow } from './interactions.record'
import { updateInteraction } from './interactions.service'

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
  return updateInteraction(ctx, id, { body: sql`${head} || ${text}` }, undefined, { isNote: true })
}

// Both line ends belong to the heading; 0 where there is none.
const end = sql`instr(${interactions.body}, char(10, 10))`
const headLength: SQL = sql`(CASE WHEN ${interactions.body} GLOB '# ?*' AND ${end} > 3
  AND ${end} = instr(${interactions.body}, char(10)) THEN ${end} + 1 ELSE 0 END)`
