// The catalogue of events: every type with its subject and what has happened, and the patterns by which readers choose.
import { type SQL, sql } from 'drizzle-orm'
import { events, type SUBJECT_TYPES } from '../db/schema/events'

export type Subject = (typeof SUBJECT_TYPES)[number]

/** Each subject with its events, and what each of them says. A type is `subject.name`. */
const CATALOGUE: Record<Subject, Record<string, string>> = {
  lead: {
    enquired: 'A visitor has sent the public form.',
    created: 'A lead was created, by hand or by an import.',
    updated: 'Fields of a lead have changed.',
    claimed: 'A member has taken a lead out of the pool.',
    assigned: 'A lead was given to a member.',
    released: 'A lead went back to the pool.',
    converted: 'A lead has become a customer.',
    tagged: 'A lead was given a tag.',
    untagged: 'A lead has lost a tag.',
    trashed: 'A lead was put into the trash.',
    restored: 'A lead came back from the trash.',
  },
  customer: {
    created: 'A customer was created, by hand, by converting a lead, or by an import.',
    updated: 'Fields of a customer have changed.',
    assigned: 'A customer was given to a member.',
    released: 'A customer has no owner any more.',
    tagged: 'A customer was given a tag.',
    untagged: 'A customer has lost a tag.',
    related: 'Two customers were related.',
    unrelated: 'Two customers are related no more.',
    merged: 'Another customer was merged into this one.',
    unmerged: 'A merge was undone.',
    trashed: 'A customer was put into the trash.',
    restored: 'A customer came back from the trash.',
    erased: 'The data of a person was erased.',
  },
  interaction: {
    created: 'A call, mail, meeting, note, task or follow-up was logged.',
    updated: 'Fields of an interaction have changed.',
    done: 'A follow-up is done.',
    deleted: 'An interaction was deleted.',
  },
  ticket: {
    created: 'A ticket was opened.',
    updated: 'Fields of a ticket have changed.',
    assigned: 'A ticket was given to a member.',
    released: 'A ticket has no assignee any more.',
    commented: 'A comment was written on a ticket.',
    tagged: 'A ticket was given a tag.',
    untagged: 'A ticket has lost a tag.',
    trashed: 'A ticket was put into the trash.',
    restored: 'A ticket came back from the trash.',
  },
  view: {
    created: 'A view of a list was saved.',
    updated: 'A view has changed; what it asks is left out.',
    deleted: 'A view was deleted.',
  },
  stage: {
    created: 'A stage was made.',
    updated: 'A stage has changed.',
    deleted: 'A stage was deleted.',
  },
  field: {
    created: 'A custom field was defined.',
    updated: 'The definition of a custom field has changed.',
    retyped: 'A custom field has another type.',
    made_strict: 'An entity takes defined fields alone.',
    made_open: 'An entity takes any field again.',
  },
  tag: { renamed: 'A tag has another name.', deleted: 'A tag was deleted.' },
  user: {
    registered: 'A member has joined.',
    updated: 'Name, role or status of a member have changed.',
    removed: 'A member has left or was removed.',
    notifications_changed: 'A member gets other mails.',
    linked: 'A way to sign in was linked.',
    unlinked: 'A way to sign in was unlinked.',
    email_changed: 'A member has another e-mail address.',
    email_verified: 'A member has verified the e-mail address.',
    email_yielded: 'A member has lost an unverified address to the person who verified it.',
    password_changed: 'A member has another password.',
    password_reset: 'A password was reset by mail.',
    session_revoked: 'A session was ended.',
    calendar_opened: 'A calendar link was made.',
    calendar_closed: 'A calendar link was ended.',
  },
  workspace: { updated: 'Settings of the workspace have changed.', plan_changed: 'The plan has changed.' },
  invitation: { created: 'A person was invited.', withdrawn: 'An invitation was withdrawn.' },
  mail: { retried: 'A mail is tried again.' },
  import: {
    finished: 'An import has ended.',
    cancelled: 'An import was cancelled.',
    reverted: 'An import was reverted.',
  },
  webhook: {
    created: 'A webhook was made.',
    updated: 'A webhook was changed.',
    deleted: 'A webhook was deleted.',
    paused: 'A webhook was paused.',
    resumed: 'A webhook was resumed.',
    disabled: 'A webhook was disabled: gone, or without a delivery for five days.',
    secret_rotated: 'A webhook was given another secret.',
  },
  api_key: { created: 'An API key was created.', revoked: 'An API key was revoked.' },
}

/** What `*` leaves out: events about accounts, credentials and webhooks. A reader gets them by name, such as `user.*`. */
export const UNASKED: readonly Subject[] = ['user', 'api_key', 'webhook']

export type EventType = { type: string; subject: Subject; description: string }

/** Every type of event, in the order of subjects. */
export const EVENT_TYPES: readonly EventType[] = Object.entries(CATALOGUE).flatMap(([subject, names]) =>
  Object.entries(names).map(([name, description]) => ({
    type: `${subject}.${name}`,
    subject: isSubject(subject) ? subject : 'workspace',
    description,
  })),
)

function isSubject(name: string): name is Subject {
  return Object.hasOwn(CATALOGUE, name)
}

const known = new Set(EVENT_TYPES.map(({ type }) => type))

/** Whether a text is a type of the catalogue, `subject.*` of one of its subjects, or `*`. */
export function isTypePattern(pattern: string): boolean {
  return pattern === '*' || known.has(pattern) || (pattern.endsWith('.*') && isSubject(pattern.slice(0, -2)))
}

/** Whether a type meets one of the patterns. */
export function isOfPatterns(type: string, patterns: readonly string[]): boolean {
  const subject = type.slice(0, type.indexOf('.'))
  const isAsked = !UNASKED.some((each) => each === subject)
  return patterns.some((each) => each === type || each === `${subject}.*` || (each === '*' && isAsked))
}

/** SQL: whether the type of an event at hand meets one of the patterns. `verb` is the column where it has another name. */
export function meetsPatterns(patterns: readonly string[], verb: SQL = sql`${events.verb}`): SQL {
  const subject = sql`substr(${verb}, 1, instr(${verb}, '.') - 1)`
  const subjects = patterns.flatMap((each) => (each.endsWith('.*') ? [each.slice(0, -2)] : []))
  const inList = (value: SQL, list: readonly string[]) =>
    sql`${value} IN (SELECT value FROM json_each(${JSON.stringify(list)}))`
  const isAll = patterns.includes('*') ? sql` OR NOT ${inList(subject, UNASKED)}` : sql``
  return sql`(${inList(verb, patterns)} OR ${inList(subject, subjects)}${isAll})`
}
