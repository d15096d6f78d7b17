// The templates of all mails; mail.render.ts renders their content as text and HTML.
import type { Bound } from '../db/schema/outbox'
import { ACCOUNT_TEMPLATES } from './mail.account-templates'
import { formatInstant, hello, somebody, template } from './mail.template'
import { brief } from './mail.text'

/** An instant in the reader's time zone: `2026-11-21 16:00`. */
function local(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone }).format(
    new Date(instant),
  )
}

const contact = (p: { name: string; email: string; phone: string }): [string, string][] => [
  ['Name', p.name],
  ['E-mail', p.email],
  ['Phone', p.phone],
]
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
  ...ACCOUNT_TEMPLATES,
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
  leadsAssigned: template(
    { plain: ['count', 'link'], names: ['by'] },
    (p) => (p.count === '1' ? 'A lead for you' : `${p.count} leads for you`),
    (p) => ({
      paragraphs: [`${somebody(p.by)} gave you ${p.count === '1' ? 'a lead' : `${p.count} leads`}.`],
      action: { label: 'Open your leads', link: p.link },
    }),
  ),
  ticketsAssigned: template(
    { plain: ['count', 'link'], names: ['by'] },
    (p) => (p.count === '1' ? 'A ticket for you' : `${p.count} tickets for you`),
    (p) => ({
      paragraphs: [`${somebody(p.by)} gave you ${p.count === '1' ? 'a ticket' : `${p.count} tickets`}.`],
      action: { label: 'Open your tickets', link: p.link },
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
