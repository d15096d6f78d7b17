// The words of tickets, of the customer's own view, of exports and of follow-ups, in English.
const some = (n: number, text: string, one: string, many: string) => `${text} ${n === 1 ? one : many}`

export const tickets = {
  count: (n: number, text: string) => some(n, text, 'ticket', 'tickets'),
  none: 'No ticket. They are opened on a customer’s page, or by customers themselves.',
  title: (number: number, title: string) => `#${number} ${title}`,
  search: 'Search tickets',
  status: 'Status',
  priority: 'Priority',
  anyPriority: 'Any priority',
  assignee: 'Assigned to',
  anyAssignee: 'Anybody',
  unassigned: 'Nobody',
  customer: 'Customer',
  opened: 'Opened',
  description: 'What is wrong',
  noDescription: 'Nothing more was written.',
  comments: 'Comments',
  noComments: 'No comment yet.',
  comment: 'Comment',
  commentHint: 'The customer and the one who handles the ticket get it by mail.',
  send: 'Send',
  commented: 'Your comment is there.',
  moved: (number: number, status: string) => `Ticket #${number}: ${status}.`,
  prioritised: (number: number, priority: string) => `Ticket #${number}: priority ${priority}.`,
  assigned: (number: number) => `Ticket #${number} has somebody else now.`,
  edit: 'Edit the ticket',
}

export const portal = {
  nav: 'Your page',
  us: 'Our team',
  title: (name: string) => `Hello, ${name}`,
  details: 'Your details',
  said: 'What was said',
  nothingSaid: 'Nothing yet.',
  tickets: 'Your tickets',
  noTickets: 'You have no ticket.',
  new: 'Ask for help',
  subject: 'What is wrong?',
  more: 'Tell us more',
  open: 'Send',
  opened: (number: number) => `We have it as #${number}, and answer by mail and here.`,
  close: 'It is solved: close it',
  reopen: 'It is not solved: reopen it',
  none: 'There is no record for your login yet. Ask the team.',
}

export const files = {
  export: 'Export',
  csv: 'CSV, for tables',
  json: 'JSON',
  vcf: 'vCard, for address books',
}

export const plan = { none: 'No follow-up is planned.', set: 'Plan a follow-up', save: 'Plan it' }
