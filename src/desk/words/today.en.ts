// The words of today in English.

export const due = {
  done: 'Done…',
  isDone: 'Done',
  next: 'What is next?',
  followUp: 'Follow up',
  wasDone: 'Done',
  completed: (name: string) => `Done: ${name}.`,
  completedNext: (when: string) => `Done. Next: ${when}.`,
  removed: 'The entry is deleted.',
}

export const today = {
  due: 'To do',
  overdue: 'Overdue',
  dueToday: 'Today',
  nothingDue: 'Nothing is due. A call or a note with a follow-up comes up here on its day.',
  pool: 'Unclaimed leads',
  poolEmpty: 'Every lead has somebody. New enquiries appear here.',
  mine: 'Your leads',
  lastTouched: 'last touched first',
  noneOfMine: 'You have no open lead. Claim one from the pool.',
  tickets: 'Tickets that wait for you',
  activity: 'What happened',
}

export const figures = {
  unclaimed: 'Unclaimed leads',
  oldest: (when: string) => `the oldest came ${when}`,
  nobodyWaits: 'nobody waits',
  overdue: 'Overdue',
  moreToday: (n: string) => `${n} more today`,
  openTickets: 'Open tickets',
  resolved: (_n: number, text: string) => `${text} resolved in 30 days`,
  conversion: 'Conversion',
  won: (_n: number, text: string) => `${text} won in 30 days`,
  timeToClaim: 'Time to claim',
  median: 'median of 30 days',
  medianOf: (length: string) => `median ${length}`,
  customers: 'Customers',
  newOnes: (_n: number, text: string) => `${text} new in 30 days`,
  pipeline: 'Pipeline',
  pipelineNote: 'leads by stage, and how long they stay in it',
  byStage: 'Leads by stage',
  leads: 'leads',
  ofLeads: (n: number, text: string) => `${text} ${n === 1 ? 'lead' : 'leads'}`,
  newLeads: 'New leads',
  interactions: 'Interactions',
  interactionsUnit: 'interactions',
  ofInteractions: (n: number, text: string) => `${text} ${n === 1 ? 'interaction' : 'interactions'}`,
  aDay: (title: string) => `${title} a day`,
  days30: (n: string) => `${n} in 30 days`,
  team: 'Team',
  teamNote: 'the last 30 days',
  teamColumns: ['Name', 'Claims', 'Time to claim', 'Time to first contact', 'Won', 'Interactions'],
  asTable: 'As a table',
  timeIn: 'time in it',
  chart: (amount: string, from: string, to: string) =>
    `${amount} from ${from} to ${to}; the table below has each figure.`,
}

export const first = {
  title: 'Begin here',
  note: 'a few minutes, in any order',
  invite: { title: 'Invite a colleague', text: 'They get a link by mail and join your team.', go: 'Invite' },
  form: {
    title: 'Put the form on your website',
    text: 'A few lines to copy. Enquiries then wait in the pool.',
    go: 'Show',
  },
  file: { title: 'Import a file', text: 'Customers or leads from a table or an address book.', go: 'Choose' },
  customer: { title: 'Add a customer', text: 'Name and number are enough.', go: 'Add' },
  lead: { title: 'Note a lead', text: 'Somebody who may become a customer.', go: 'Note' },
}
