// What mails say, each written once; mail.render.ts makes text and HTML of it.
// A field that a stranger filled in never stands in a mail to an address that the stranger chose.

/** A line of a list in a mail: a link, and a few words below it. */
export type Item = { title: string; note: string; link: string }

/** A mail before it is dressed; `facts` without a value are left out. */
export type Letter = {
  subject: string
  paragraphs: string[]
  facts?: [label: string, value: string][]
  items?: Item[]
  action?: { label: string; link: string }
}

/** An instant as everybody reads it, whatever their language: `2026-11-21 15:00 UTC`. */
export function dated(instant: string): string {
  return instant === '' ? '' : `${instant.slice(0, 16).replace('T', ' ')} UTC`
}

/** The same as a clock in the reader's zone shows it: `2026-11-21 16:00`. */
function local(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone }).format(
    new Date(instant),
  )
}

// `workspace`, the name, is there in every mail.
function template<const K extends string>(
  fields: readonly K[],
  write: (payload: Record<K | 'workspace', string>) => Letter,
) {
  return {
    fields,
    write: (payload: Record<string, string | null>) => {
      const filled = Object.fromEntries([...fields, 'workspace'].map((name) => [name, payload[name] ?? '']))
      return write(filled as Record<K | 'workspace', string>)
    },
  }
}

const ignorable = 'If you did not ask for this, you need not do anything.'
const contact = (p: { name: string; email: string; phone: string }): [string, string][] => [
  ['Name', p.name],
  ['E-mail', p.email],
  ['Phone', p.phone],
]
/** What a reminder tells of something that is due. */
export type Due = { about: string; at: string; note: string; link: string }
const LEAD = ['title', 'name', 'email', 'phone', 'link'] as const
const TICKET = ['number', 'title', 'status', 'at', 'link'] as const

export const TEMPLATES = {
  verification: template(['user', 'link', 'expiresAt'], (p) => ({
    subject: 'Verify your e-mail address',
    paragraphs: [
      `Hello ${p.user}, please confirm that this address is yours.`,
      `The link works once, until ${dated(p.expiresAt)}. ${ignorable}`,
    ],
    action: { label: 'Verify the address', link: p.link },
  })),
  reset: template(['user', 'link', 'expiresAt'], (p) => ({
    subject: 'Choose a new password',
    paragraphs: [
      `Hello ${p.user}, somebody, probably you, asked for a new password.`,
      `The link works once, until ${dated(p.expiresAt)}. ${ignorable}`,
    ],
    action: { label: 'Choose a new password', link: p.link },
  })),
  passwordReset: template(['user', 'at', 'linked', 'link'], (p) => ({
    subject: 'Your password was changed',
    paragraphs: [
      `Hello ${p.user}, your password was changed at ${dated(p.at)} by a link sent to this address. Every session was ended, and the link to your calendar.`,
      ...(p.linked === ''
        ? []
        : [`These accounts still sign in as you: ${p.linked}. Is one of them not yours? Sign in, and unlink it.`]),
      'If this was not you, choose another password at once.',
    ],
    action: { label: 'Choose another password', link: p.link },
  })),
  providerLinked: template(['user', 'provider', 'at', 'link'], (p) => ({
    subject: `Your account can be opened with ${p.provider}`,
    paragraphs: [
      `Hello ${p.user}, since ${dated(p.at)} an account at ${p.provider} signs in as you.`,
      'If this was not you, choose another password at once, then unlink that account.',
    ],
    action: { label: 'Choose another password', link: p.link },
  })),
  invitation: template(['inviter', 'role', 'link', 'expiresAt'], (p) => ({
    subject: `${p.inviter} invites you to ${p.workspace}`,
    paragraphs: [
      `${p.inviter} invites you to join ${p.workspace} as ${p.role}.`,
      `The link works until ${dated(p.expiresAt)}.`,
    ],
    action: { label: 'Join', link: p.link },
  })),
  leadClaimed: template([...LEAD, 'at'], (p) => ({
    subject: `You claimed: ${p.title}`,
    paragraphs: [`The lead “${p.title}” is yours since ${dated(p.at)}.`],
    facts: contact(p),
    action: { label: 'Open the lead', link: p.link },
  })),
  leadAssigned: template([...LEAD, 'by'], (p) => ({
    subject: `A lead for you: ${p.title}`,
    paragraphs: [`${p.by} gave you the lead “${p.title}”.`],
    facts: contact(p),
    action: { label: 'Open the lead', link: p.link },
  })),
  enquiryReceived: template(['at'], (p) => ({
    subject: `We have received your enquiry`,
    paragraphs: [
      `Thank you for writing to ${p.workspace}. Your enquiry arrived at ${dated(p.at)}, and somebody will answer it.`,
      'If you did not write to us, somebody gave your address; you need not do anything.',
    ],
  })),
  enquiryAlert: template([...LEAD, 'message', 'at'], (p) => ({
    subject: `New enquiry: ${p.title}`,
    paragraphs: [`An enquiry arrived at ${dated(p.at)} and waits in the pool.`],
    facts: [...contact(p), ['Message', p.message]],
    action: { label: 'Open the enquiry', link: p.link },
  })),
  ticketOpened: template(TICKET, (p) => ({
    subject: `Ticket #${p.number} opened: ${p.title}`,
    paragraphs: [`Ticket #${p.number}, “${p.title}”, was opened at ${dated(p.at)}.`],
    action: { label: 'Open the ticket', link: p.link },
  })),
  ticketUpdated: template(TICKET, (p) => ({
    subject: `Ticket #${p.number} changed: ${p.title}`,
    paragraphs: [`Ticket #${p.number}, “${p.title}”, was changed at ${dated(p.at)}.`],
    facts: [['Status', p.status]],
    action: { label: 'Open the ticket', link: p.link },
  })),
  ticketCommented: template([...TICKET, 'by', 'comment'], (p) => ({
    subject: `Ticket #${p.number}, new comment: ${p.title}`,
    paragraphs: [`${p.by} wrote at ${dated(p.at)}:`, p.comment],
    action: { label: 'Open the ticket', link: p.link },
  })),
  // `items` is JSON, of those that are listed; `count` is how many there are. Times are those of the reader's `zone`.
  followUpDue: template(['user', 'zone', 'count', 'items'], (p) => {
    const list: Due[] = JSON.parse(p.items)
    const items = list
      .toSorted((a, b) => (a.at < b.at ? -1 : 1))
      .map(({ about, at, note, link }) => ({ title: `${local(at, p.zone)} ${about}`, note, link }))
    const isOne = p.count === '1'
    const more = Number(p.count) - items.length
    return {
      subject: isOne ? `Due: ${list[0]?.about ?? ''}` : `${p.count} follow-ups are due`,
      paragraphs: [
        `Hello ${p.user}, ${isOne ? 'this is' : 'these are'} due, by the clock of ${p.zone}:`,
        ...(more > 0 ? [`(The first ${items.length}; there are ${more} more.)`] : []),
      ],
      items,
    }
  }),
  meetingLogged: template(['by', 'at', 'summary'], (p) => ({
    subject: `Our meeting of ${dated(p.at)}`,
    paragraphs: [`${p.by} has noted the meeting with you at ${dated(p.at)}:`, p.summary],
  })),
}

export type TemplateName = keyof typeof TEMPLATES
/** The fields that a template is filled with, besides the workspace's name. */
export type FieldOf<T extends TemplateName> = (typeof TEMPLATES)[T]['fields'][number]

export function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(TEMPLATES, name)
}
