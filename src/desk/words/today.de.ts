// The words of today in German.
import type { Words } from './en'

export const due: Words['due'] = {
  done: 'Erledigt …',
  isDone: 'Erledigt',
  next: 'Was kommt als Nächstes?',
  followUp: 'Wiedervorlage',
  wasDone: 'Erledigt',
  completed: (name) => `Erledigt: ${name}.`,
  completedNext: (when) => `Erledigt. Als Nächstes: ${when}.`,
  removed: 'Der Eintrag ist gelöscht.',
}

export const today: Words['today'] = {
  due: 'Zu tun',
  overdue: 'Überfällig',
  dueToday: 'Heute',
  nothingDue: 'Nichts steht an. Ein Anruf oder eine Notiz mit Wiedervorlage erscheint hier an ihrem Tag.',
  pool: 'Freie Leads',
  poolEmpty: 'Um jeden Lead kümmert sich jemand. Neue Anfragen erscheinen hier.',
  mine: 'Deine Leads',
  lastTouched: 'zuletzt bearbeitete zuerst',
  noneOfMine: 'Du hast keinen offenen Lead. Übernimm einen freien.',
  tickets: 'Tickets, die auf dich warten',
  activity: 'Was geschehen ist',
}

export const figures: Words['figures'] = {
  unclaimed: 'Freie Leads',
  oldest: (when) => `der älteste kam ${when}`,
  nobodyWaits: 'niemand wartet',
  overdue: 'Überfällig',
  moreToday: (n) => `heute noch ${n}`,
  openTickets: 'Offene Tickets',
  resolved: (_, text) => `${text} in 30 Tagen gelöst`,
  conversion: 'Abschlussquote',
  won: (_, text) => `${text} in 30 Tagen gewonnen`,
  timeToClaim: 'Zeit bis zur Übernahme',
  median: 'Median aus 30 Tagen',
  medianOf: (length) => `Median ${length}`,
  customers: 'Kunden',
  newOnes: (n, text) => `${text} ${n === 1 ? 'neuer' : 'neue'} in 30 Tagen`,
  pipeline: 'Pipeline',
  pipelineNote: 'Leads je Stufe, und wie lange sie darin bleiben',
  byStage: 'Leads je Stufe',
  leads: 'Leads',
  ofLeads: (n, text) => `${text} ${n === 1 ? 'Lead' : 'Leads'}`,
  newLeads: 'Neue Leads',
  interactions: 'Kontakte',
  interactionsUnit: 'Kontakte',
  ofInteractions: (n, text) => `${text} ${n === 1 ? 'Kontakt' : 'Kontakte'}`,
  aDay: (title) => `${title} am Tag`,
  days30: (n) => `${n} in 30 Tagen`,
  team: 'Team',
  teamNote: 'die letzten 30 Tage',
  teamColumns: ['Name', 'Übernommen', 'Zeit bis zur Übernahme', 'Zeit bis zum ersten Kontakt', 'Gewonnen', 'Kontakte'],
  asTable: 'Als Tabelle',
  timeIn: 'Zeit darin',
  chart: (amount, from, to) => `${amount} vom ${from} bis zum ${to}; die Tabelle darunter hat jede Zahl.`,
}

export const first: Words['first'] = {
  title: 'So fängst du an',
  note: 'ein paar Minuten, in beliebiger Reihenfolge',
  invite: { title: 'Jemanden einladen', text: 'Ein Link kommt per Mail und führt in dein Team.', go: 'Einladen' },
  form: {
    title: 'Das Formular auf deine Website setzen',
    text: 'Ein paar Zeilen zum Kopieren. Anfragen warten dann hier.',
    go: 'Zeigen',
  },
  file: {
    title: 'Eine Datei importieren',
    text: 'Kunden oder Leads aus einer Tabelle oder einem Adressbuch.',
    go: 'Wählen',
  },
  customer: { title: 'Einen Kunden anlegen', text: 'Name und Nummer genügen.', go: 'Anlegen' },
  lead: { title: 'Einen Lead notieren', text: 'Jemand, aus dem ein Kunde werden kann.', go: 'Notieren' },
}
