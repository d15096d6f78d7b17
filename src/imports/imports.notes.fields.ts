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
export const MAX_NOTE = 10_000
/** How many notes a row has at most. What is beyond becomes a custom field. */
export const MAX_NOTES = 20

/** A text of a row for the timeline. `key` tells it from the others of its record. */
export type RowNote = { type: NoteField['type']; body: string; foldedBody: string | null; key: string }
