// The templates of all mails; mail.render.ts renders their content as text and HTML.
import type { Bound } from '../db/schema/outbox'
import { ACCOUNT_TEMPLATES } from './mail.account-templates'
import { template } from './mail.template'
import { brief, oneLine } from './mail.text'
import type { MailWords } from './mail.words.en'

const contact = ({ contact: w }: MailWords, p: { name: string; email: string; phone: string }): [string, string][] => [
  [w.name, p.name],
  [w.email, p.email],
  [w.phone, p.phone],
]

/** How a sentence ends before a text that may be empty. */
const endOf = (text: string) => (text === '' ? '.' : ':')

/** A due follow-up or contact in a reminder. The name is empty if the mail may not contain it. */
export type Due = { kind: 'interaction' | 'lead' | 'customer'; name: string; at: string; note: string; link: string }
const LEAD = ['title', 'name', 'email', 'phone'] as const
const TICKET = ['number', 'status', 'at', 'link'] as const

const meeting = (kind: 'logged' | 'moved') =>
  template(
    { plain: ['at'], names: ['by'], texts: ['summary'] },
    (w, p) => w.meeting[kind](w.instant(p.at)),
    (w, p) => ({
      paragraphs: [w.meeting[`${kind}Text`](p.by, w.instant(p.at), endOf(p.summary))],
      quote: { text: p.summary },
    }),
  )

const many = (of: 'leads' | 'tickets') =>
  template(
    { plain: ['count', 'link'], names: ['by'] },
    (w, p) => w.many[of](p.count),
    (w, p) => ({
      paragraphs: [w.many[`${of}Text`](p.by, p.count)],
      action: { label: w.many[`${of}Action`], link: p.link },
    }),
  )

export const TEMPLATES = {
  ...ACCOUNT_TEMPLATES,
  leadClaimed: template(
    { plain: ['at', 'link'], lines: LEAD },
    (w, p) => w.lead.claimed(p.title),
    (w, p) => ({
      paragraphs: [w.lead.claimedText(p.title, w.instant(p.at))],
      facts: contact(w, p),
      action: { label: w.lead.action, link: p.link },
    }),
  ),
  leadAssigned: template(
    { plain: ['link'], names: ['by'], lines: LEAD },
    (w, p) => w.lead.assigned(p.title),
    (w, p) => ({
      paragraphs: [w.lead.assignedText(p.by, p.title)],
      facts: contact(w, p),
      action: { label: w.lead.action, link: p.link },
    }),
  ),
  leadsAssigned: many('leads'),
  ticketsAssigned: many('tickets'),
  enquiryReceived: template(
    { plain: ['at'] },
    (w) => w.enquiry.received,
    (w, p) => ({ paragraphs: [w.enquiry.receivedText(p.workspace, w.instant(p.at)), w.enquiry.notYours] }),
  ),
  enquiryAlert: template(
    { plain: ['at', 'link'], lines: LEAD, texts: ['message'] },
    (w, p) => w.enquiry.alert(p.title),
    (w, p) => ({
      paragraphs: [w.enquiry.alertText(w.instant(p.at))],
      facts: contact(w, p),
      quote: { label: w.frame.message, text: p.message },
      action: { label: w.enquiry.action, link: p.link },
    }),
  ),
  ticketOpened: template(
    { plain: TICKET, lines: ['title'] },
    (w, p) => w.ticket.opened(p.number, p.title),
    (w, p) => ({
      paragraphs: [w.ticket.openedText(p.number, p.title, w.instant(p.at))],
      action: { label: w.ticket.action, link: p.link },
    }),
  ),
  ticketUpdated: template(
    { plain: TICKET, lines: ['title'] },
    (w, p) => w.ticket.updated(p.number, p.title),
    (w, p) => ({
      paragraphs: [w.ticket.updatedText(p.number, p.title, w.instant(p.at))],
      facts: [[w.ticket.status, w.statuses[p.status] ?? p.status]],
      action: { label: w.ticket.action, link: p.link },
    }),
  ),
  ticketCommented: template(
    { plain: TICKET, names: ['by'], lines: ['title'], texts: ['comment'] },
    (w, p) => w.ticket.commented(p.number, p.title),
    (w, p) => ({
      paragraphs: [w.ticket.commentedText(p.by, w.instant(p.at), endOf(p.comment))],
      quote: { text: p.comment },
      action: { label: w.ticket.action, link: p.link },
    }),
  ),
  // `items` is JSON of the listed items; `count` is the number of all. `zone` is that of the reader.
  followUpDue: template(
    { plain: ['zone', 'count', 'items'], names: ['user'] },
    (w, p) => {
      const [first] = dueIn(p.items)
      return p.count === '1' && first ? w.due.one(brief(w.due[first.kind](first.name))) : w.due.many(p.count)
    },
    (w, p) => {
      const items = dueIn(p.items).map(({ kind, name, at, note, link }) => {
        return { title: `${w.local(at)} ${w.due[kind](oneLine(name))}`, note, link }
      })
      const more = Number(p.count) - items.length
      const rest = more > 0 ? [w.due.more(items.length, more)] : []
      return { paragraphs: [w.due.text(p.user, p.count, p.zone), ...rest], items }
    },
  ),
  meetingMoved: meeting('moved'),
  meetingDeleted: template(
    { plain: ['at'], names: ['by'] },
    (w, p) => w.meeting.deleted(w.instant(p.at)),
    (w, p) => ({ paragraphs: [w.meeting.deletedText(p.by, w.instant(p.at))] }),
  ),
  meetingLogged: meeting('logged'),
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
