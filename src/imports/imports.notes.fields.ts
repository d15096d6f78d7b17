// Columns of people's files whose texts belong on the timeline: notes, and what was said in calls and meetings.
import type { INTERACTION_TYPES } from '../db/schema/interactions'

type NoteField = { type: (typeof INTERACTION_TYPES)[number]; names: string }

/** The fields by which a mapping names them, the interaction that each becomes, and names of their columns in English. */
export const NOTE_FIELDS: Record<string, NoteField> = {
  note: {
    type: 'NOTE',
    names:
      'note notes lastnote latestnote recentnote notebody notecontent notetext noteadded comment comments remark remarks memo annotation annotations',
  },
  call: {
    type: 'CALL',
    names: 'call lastcall callnote callnotes lastcallnote lastcallnotes calllog callbody callsummary callcomments',
  },
  meeting: {
    type: 'MEETING',
    names:
      'meeting lastmeeting meetingnote meetingnotes lastmeetingnotes meetingbody meetingsummary meetingdescription',
  },
}

/** The longest text of an interaction, in characters; a longer cell becomes several. */
const MAX_NOTE = 10_000
/** How many notes a row has at most. What is beyond becomes a custom field. */
const MAX_NOTES = 20

/** A text of a row for the timeline. `key` tells it from the others of its record. */
export type RowNote = { type: NoteField['type']; body: string; foldedBody: string | null; key: string }

const PARTS = new RegExp(`.{1,${MAX_NOTE}}`, 'gsu')

/** Adds the text of a cell. False, where it is no text, such as “Last call: 2026-11-30”, or where there is no room. */
export function addNote(notes: Pick<RowNote, 'type' | 'body'>[], type: RowNote['type'], text: string): boolean {
  if (type !== 'NOTE' && text.split(/[^\p{L}]+/u, 4).filter((word) => word !== '').length < 2) return false
  if (notes.some((note) => note.type === type && note.body === text)) return true
  const bodies = text.match(PARTS) ?? []
  if (notes.length + bodies.length > MAX_NOTES) return false
  for (const body of bodies) notes.push({ type, body })
  return true
}
