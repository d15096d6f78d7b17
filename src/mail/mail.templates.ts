// The templates of all mails; mail.render.ts renders their content as text and HTML.
import type { Bound } from '../db/schema/outbox'
import { brief, oneLine } from './mail.text'

/** An item of a list in a mail: a link with a short note below it. */
export type Item = { title: string; note: string; link: string }

/** The content of a mail before rendering. A fact without a value is left out; `quote` may have several lines. */
export type MailContent = {
  subject: string
  paragraphs: string[]
  facts?: [label: string, value: string][]
  quote?: { label?: string; text: string }
  items?: Item[]
  action?: { label: string; link: string }
}

/** An instant in UTC: `2026-11-21 15:00 UTC`. */
export function formatInstant(instant: string): string {
  return instant === '' ? '' : `${instant.slice(0, 16).replace('T', ' ')} UTC`
}

/** An instant in the reader's time zone: `2026-11-21 16:00`. */
function local(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone }).format(
    new Date(instant),
  )
}

/** The fields of a template. People wrote `names`, `lines` and `texts`; only `texts` may have several lines. */
type Fields<K> = { plain: readonly K[]; names?: readonly K[]; lines?: readonly K[]; texts?: readonly K[] }
type Filled<K extends string> = Record<K | 'workspace', string>

// Fields that people wrote, and `workspace`, are empty if the audience does not allow such text.
function template<const K extends string>(
  { plain, names = [], lines = [], texts = [] }: Fields<K>,
  subject: (filled: Filled<K>) => string,
  write: (filled: Filled<K>) => Omit<MailContent, 'subject'>,
) {
  const as = (clean: (text: string) => string, fields: readonly string[], payload: Payload) =>
    fields.map((field) => [field, clean(payload[field] ?? '')] as const)
  const fill = (payload: Payload, clean: typeof brief) =>
    Object.fromEntries([
      ...as(String, [...plain, ...texts], payload),
      ...as(brief, [...names, 'workspace'], payload),
      ...as(clean, lines, payload),
    ]) as Filled<K>
  return {
    fields: [...plain, ...names, ...lines, ...texts],
    /** The fields that people wrote. */
    userTexts: [...names, ...lines, ...texts] as readonly string[],
    write: (payload: Payload): MailContent => ({
      subject: subject(fill(payload, brief)),
      ...write(fill(payload, (text) => oneLine(text))),
    }),
  }
}
type Payload = Record<string, string | null>

const ignorable = 'If you did not ask for this, you need not do anything.'
const contact = (p: { name: string; email: string; phone: string }): [string, string][] => [
  ['Name', p.name],
  ['E-mail', p.email],
  ['Phone', p.phone],
]
const hello = (user: string) => (user === '' ? 'Hello,' : `Hello ${user},`)
const somebody = (name: string) => name || 'Somebody'
const after = (title: string) => (title === '' ? '' : `: ${title}`)
const quotedTitle = (title: string) => (title === '' ? '' : ` “${title}”`)
/** A due follow-up or contact in a reminder. */
export type Due = { about: string; at: string; note: string; link: string }
const LEAD = ['title', 'name', 'email', 'phone'] as const
const TICKET = ['number', 'status', 'at', 'link'] as const

const meeting = (subject: (at: string) => string, says: string) =>
  template(
    { plain: ['at'], names: ['by'], texts: ['summary'] },
    (p) => subject(formatInstant(p.at)),
    (p) => ({
      paragraphs: [`${somebody(p.by)} ${says} ${formatInstant(p.at)}${p.summary === '' ? '.' : ':'}`],
      quote: { text: p.summary },
    }),
  )

export const TEMPLATES = {
  verification: template(
    { plain: ['link', 'expiresAt'] },
    () => 'Verify your e-mail address',
    (p) => ({
      paragraphs: [
        'Hello, please confirm that this address is yours.',
        `The link works once, until ${formatInstant(p.expiresAt)}. ${ignorable}`,
      ],
      action: { label: 'Verify the address', link: p.link },
    }),
  ),
  reset: template(
    { plain: ['link', 'expiresAt'] },
    () => 'Choose a new password',
    (p) => ({
      paragraphs: [
        'Hello, somebody, probably you, asked for a new password.',
        `The link works once, until ${formatInstant(p.expiresAt)}. ${ignorable}`,
      ],
      action: { label: 'Choose a new password', link: p.link },
    }),
  ),
  passwordReset: template(
    { plain: ['at', 'linked', 'link'], names: ['user'] },
    () => 'Your password was changed',
    (p) => ({
      paragraphs: [
        `${hello(p.user)} your password was changed at ${formatInstant(p.at)} by a link sent to this address. Every session was ended, and the link to your calendar.`,
        ...(p.linked === ''
          ? []
          : [`These accounts still sign in as you: ${p.linked}. Is one of them not yours? Sign in, and unlink it.`]),
        'If this was not you, choose another password at once.',
      ],
      action: { label: 'Choose another password', link: p.link },
    }),
  ),
  emailChange: template(
    { plain: ['link', 'expiresAt'] },
    () => 'Confirm your new e-mail address',
    (p) => ({
      paragraphs: [
        'Hello, somebody, probably you, wants to use this address for their account.',
        `The link works once, until ${formatInstant(p.expiresAt)}. ${ignorable}`,
      ],
      action: { label: 'Use this address', link: p.link },
    }),
  ),
  emailChangeAsked: template(
    { plain: ['at', 'link', 'address'], names: ['user'] },
    () => 'Another e-mail address for your account',
    (p) => ({
      paragraphs: [
        `${hello(p.user)} at ${formatInstant(p.at)} your account asked to use another e-mail address.`,
        'It changes when the link that was mailed there is used. If this was not you, choose another password at once: that ends the change.',
      ],
      facts: [['New address', p.address]],
      action: { label: 'Choose another password', link: p.link },
    }),
  ),
  emailChanged: template(
    { plain: ['at', 'link', 'address'], names: ['user'] },
    () => 'The e-mail address of your account was changed',
    (p) => ({
      paragraphs: [
        `${hello(p.user)} since ${formatInstant(p.at)} your account has another e-mail address, and this one opens it no more.`,
        'If this was not you, tell an ADMIN of your team at once.',
      ],
      facts: [['New address', p.address]],
    }),
  ),
  providerLinked: template(
    { plain: ['provider', 'at', 'link'], names: ['user'] },
    (p) => `Your account can be opened with ${p.provider}`,
    (p) => ({
      paragraphs: [
        `${hello(p.user)} since ${formatInstant(p.at)} an account at ${p.provider} signs in as you.`,
        'If this was not you, choose another password at once, then unlink that account.',
      ],
      action: { label: 'Choose another password', link: p.link },
    }),
  ),
  invitation: template(
    { plain: ['role', 'link', 'expiresAt'], names: ['inviter'] },
    (p) => (p.inviter === '' ? 'You are invited to join a team' : `${p.inviter} invites you to ${p.workspace}`),
    (p) => ({
      paragraphs: [
        `${somebody(p.inviter)} invites you to join ${p.workspace || 'a team'} as ${p.role}.`,
        `The link works until ${formatInstant(p.expiresAt)}.`,
      ],
      action: { label: 'Join', link: p.link },
    }),
  ),
  leadClaimed: template(
    { plain: ['at', 'link'], lines: LEAD },
    (p) => `You claimed${after(p.title) || ' a lead'}`,
    (p) => ({
      paragraphs: [`The lead${quotedTitle(p.title)} is yours since ${formatInstant(p.at)}.`],
      facts: contact(p),
      action: { label: 'Open the lead', link: p.link },
    }),
  ),
  leadAssigned: template(
    { plain: ['link'], names: ['by'], lines: LEAD },
    (p) => `A lead for you${after(p.title)}`,
    (p) => ({
      paragraphs: [`${somebody(p.by)} gave you the lead${quotedTitle(p.title)}.`],
      facts: contact(p),
      action: { label: 'Open the lead', link: p.link },
    }),
  ),
  enquiryReceived: template(
    { plain: ['at'] },
    () => 'We have received your enquiry',
    (p) => ({
      paragraphs: [
        `Thank you for writing to ${p.workspace || 'us'}. Your enquiry arrived at ${formatInstant(p.at)}, and somebody will answer it.`,
        'If you did not write to us, somebody gave your address; you need not do anything.',
      ],
    }),
  ),
  enquiryAlert: template(
    { plain: ['at', 'link'], lines: LEAD, texts: ['message'] },
    (p) => `New enquiry${after(p.title)}`,
    (p) => ({
      paragraphs: [`An enquiry arrived at ${formatInstant(p.at)} and waits in the pool.`],
      facts: contact(p),
      quote: { label: 'Message', text: p.message },
      action: { label: 'Open the enquiry', link: p.link },
    }),
  ),
  ticketOpened: template(
    { plain: TICKET, lines: ['title'] },
    (p) => `Ticket #${p.number} opened${after(p.title)}`,
    (p) => ({
      paragraphs: [`Ticket #${p.number}${quotedTitle(p.title)} was opened at ${formatInstant(p.at)}.`],
      action: { label: 'Open the ticket', link: p.link },
    }),
  ),
  ticketUpdated: template(
    { plain: TICKET, lines: ['title'] },
    (p) => `Ticket #${p.number} changed${after(p.title)}`,
    (p) => ({
      paragraphs: [`Ticket #${p.number}${quotedTitle(p.title)} was changed at ${formatInstant(p.at)}.`],
      facts: [['Status', p.status]],
      action: { label: 'Open the ticket', link: p.link },
    }),
  ),
  ticketCommented: template(
    { plain: TICKET, names: ['by'], lines: ['title'], texts: ['comment'] },
    (p) => `Ticket #${p.number}, new comment${after(p.title)}`,
    (p) => ({
      paragraphs: [`${somebody(p.by)} wrote at ${formatInstant(p.at)}${p.comment === '' ? '.' : ':'}`],
      quote: { text: p.comment },
      action: { label: 'Open the ticket', link: p.link },
    }),
  ),
  // `items` is JSON of the listed items; `count` is the number of all. Times are in the reader's `zone`.
  followUpDue: template(
    { plain: ['zone', 'count', 'items'], names: ['user'] },
    (p) => {
      const [first] = dueIn(p.items)
      return p.count === '1' ? `Due: ${brief(first?.about ?? '')}` : `${p.count} follow-ups are due`
    },
    (p) => {
      const list = dueIn(p.items)
      const items = list.map(({ about, at, note, link }) => ({ title: `${local(at, p.zone)} ${about}`, note, link }))
      const more = Number(p.count) - items.length
      return {
        paragraphs: [
          `${hello(p.user)} ${p.count === '1' ? 'this is' : 'these are'} due, by the clock of ${p.zone}:`,
          ...(more > 0 ? [`(The first ${items.length}; there are ${more} more.)`] : []),
        ],
        items,
      }
    },
  ),
  meetingMoved: meeting((at) => `Our meeting is on ${at}`, 'has changed the meeting with you: it is at'),
  meetingDeleted: template(
    { plain: ['at'], names: ['by'] },
    (p) => `Our meeting of ${formatInstant(p.at)} is cancelled`,
    (p) => ({ paragraphs: [`${somebody(p.by)} has cancelled the meeting with you at ${formatInstant(p.at)}.`] }),
  ),
  meetingLogged: meeting((at) => `Our meeting of ${at}`, 'has noted the meeting with you at'),
}

function dueIn(items: string): Due[] {
  const list: Due[] = JSON.parse(items)
  return list.toSorted((a, b) => (a.at < b.at ? -1 : 1))
}

export type TemplateName = keyof typeof TEMPLATES
/** The fields of a template, without the workspace's name. */
export type FieldOf<T extends TemplateName> = (typeof TEMPLATES)[T]['fields'][number]

export function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(TEMPLATES, name)
}

/** Whether the reader can stop such mail by the link in it: mail to people outside the team, by what it counts as. */
export function isStoppable(template: TemplateName, bound: Bound | null): boolean {
  return bound === 'outside' || template === 'enquiryReceived'
}
