// What other systems call the types of interactions, and the states and priorities of tickets.
import { headerKey } from './imports.headers'

const WORDS = {
  type: {
    NOTE: 'note|notes|comment|remark|memo|notiz|bemerkung|nota|remarque|заметка',
    CALL: 'call|phone|phone call|logged call|inbound call|outbound call|anruf|telefonat|appel|llamada|chiamata|звонок',
    EMAIL: 'email|mail|logged email|sent email|incoming email|outgoing email|nachricht|courriel|correo',
    MEETING:
      'meeting|event|appointment|visit|demo|lunch|conference|online meeting|besprechung|termin|treffen|réunion|reunión|riunione|встреча',
    TASK: 'task|todo|to do|aufgabe|tâche|tarea|задача',
    FOLLOW_UP: 'follow up|followup|reminder|wiedervorlage|relance|seguimiento',
  },
  ticketStatus: {
    OPEN: 'open|new|unassigned|todo|to do|backlog|reopened|offen|neu|ouvert|abierto|aperto|открыт',
    IN_PROGRESS:
      'in progress|in process|working|active|assigned|pending|waiting|waiting on contact|waiting on customer|on hold|hold|escalated|in bearbeitung|en cours|en curso|in corso|в работе',
    RESOLVED: 'resolved|solved|fixed|answered|done|completed|gelöst|erledigt|résolu|resuelto|risolto|решен',
    CLOSED: 'closed|archived|cancelled|canceled|spam|duplicate|geschlossen|fermé|cerrado|chiuso|закрыт',
  },
  priority: {
    LOW: 'low|minor|trivial|p4|niedrig|gering|faible|baja|bassa|низкий',
    NORMAL: 'normal|medium|moderate|standard|p3|mittel|moyenne|media|средний',
    HIGH: 'high|major|important|p2|hoch|haute|alta|высокий',
    URGENT: 'urgent|critical|blocker|highest|p1|dringend|kritisch|urgente|срочный',
  },
}

const known = Object.fromEntries(
  Object.entries(WORDS).map(([kind, table]) => [
    kind,
    new Map(
      Object.entries(table).flatMap(([ours, words]) =>
        [ours, ...words.split('|')].map((word) => [headerKey(word), ours]),
      ),
    ),
  ]),
)

/** What a word of a file is among ours; undefined, where it is not known. */
export function wordOf(kind: keyof typeof WORDS, text: string): string | undefined {
  return known[kind]?.get(headerKey(text))
}
