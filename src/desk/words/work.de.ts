// The words of tickets, of the customer's own view, of exports and of follow-ups, in German.
import type * as en from './work.en'

const some = (n: number, text: string, one: string, many: string) => `${text} ${n === 1 ? one : many}`

export const tickets: typeof en.tickets = {
  count: (n, text) => some(n, text, 'Ticket', 'Tickets'),
  none: 'Kein Ticket. Sie werden auf der Seite eines Kunden eröffnet, oder von Kunden selbst.',
  title: (number, title) => `#${number} ${title}`,
  search: 'Tickets suchen',
  status: 'Status',
  priority: 'Dringlichkeit',
  anyPriority: 'Jede Dringlichkeit',
  assignee: 'Zugewiesen an',
  anyAssignee: 'Alle',
  unassigned: 'Niemand',
  customer: 'Kunde',
  opened: 'Eröffnet',
  description: 'Was los ist',
  noDescription: 'Mehr wurde nicht geschrieben.',
  comments: 'Kommentare',
  noComments: 'Noch kein Kommentar.',
  comment: 'Kommentar',
  commentHint: 'Der Kunde und wer das Ticket bearbeitet bekommen ihn per Mail.',
  send: 'Senden',
  commented: 'Dein Kommentar ist da.',
  moved: (number, status) => `Ticket #${number}: ${status}.`,
  prioritised: (number, priority) => `Ticket #${number}: Dringlichkeit ${priority}.`,
  assigned: (number) => `Ticket #${number} hat jetzt jemand anderes.`,
  edit: 'Ticket bearbeiten',
}

export const portal: typeof en.portal = {
  nav: 'Deine Seite',
  us: 'Unser Team',
  title: (name) => `Hallo, ${name}`,
  details: 'Deine Angaben',
  said: 'Was besprochen wurde',
  nothingSaid: 'Noch nichts.',
  tickets: 'Deine Tickets',
  noTickets: 'Du hast kein Ticket.',
  new: 'Um Hilfe bitten',
  subject: 'Was ist los?',
  more: 'Erzähl uns mehr',
  open: 'Senden',
  opened: (number) => `Wir haben es als #${number} und antworten per Mail und hier.`,
  close: 'Erledigt: schließen',
  reopen: 'Nicht erledigt: wieder öffnen',
  none: 'Zu deinem Zugang gibt es noch keinen Datensatz. Frage das Team.',
}

export const files: typeof en.files = {
  export: 'Exportieren',
  csv: 'CSV, für Tabellen',
  json: 'JSON',
  vcf: 'vCard, für Adressbücher',
}

export const plan: typeof en.plan = {
  none: 'Keine Wiedervorlage geplant.',
  set: 'Wiedervorlage planen',
  save: 'Planen',
}
