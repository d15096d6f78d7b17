// The customers of the measured database, with the tags, interactions and tickets that hang on each. Two
// workspaces have nearly as many, of the same words; one customer has thousands of interactions.
import {
  DOMAINS,
  FIRST,
  type Home,
  type Homes,
  LAST,
  memberOf,
  RARE_COUNT,
  SELLER,
  searchedForms,
  YEARS_2,
} from './population.ts'
import { DAY, dice, iso, pick, type Roll, uuidv7, weighed } from './random.ts'

export type Cell = string | number | null
type Row = Cell[]
/** The ids of the tags of a workspace, by name. */
export type TagIds = Map<string, string>
export type Ticket = { at: number; home: string; row: Row; comments: Row[] }
type Life = { roll: Roll; now: number; home: Home; created: number; isRare: boolean; busy: number }
type Parent = { id: string; owner: string | null; deleted: string | null }

const LARGE = 0.5
const MEDIUM = 0.99

/** Tags with the share of customers that have them; `key` is what the app folds the name to. */
const SHARES = { newsletter: 0.4, partner: 0.12, prospect: 0.08, vip: 0.02 }
/** Further ones, each on one customer in a thousand, so that there are pages of tags. */
const SEGMENTS = 300
/** Five customers of the large workspace have it, and the field `region` with the same value. */
export const RARE_TAG = 'founding circle'
/** It exists in every workspace, and no customer has it. */
export const UNUSED_TAG = 'retired'
/** A tenth of the customers of the two larger workspaces work there, and nobody elsewhere. */
export const ELSEWHERE_COMPANY = 'Northwind Holding'

const FORMS = ['GmbH', 'Ltd', 'Inc', 'Labs', 'Group']
const PLANS = { gold: 5, silver: 25, free: 70 }
const TYPES = { NOTE: 35, CALL: 25, EMAIL: 20, MEETING: 8, TASK: 5, FOLLOW_UP: 7 }
const PLANNED = ['TASK', 'FOLLOW_UP']
const STATUSES = { OPEN: 6, IN_PROGRESS: 6, RESOLVED: 18, CLOSED: 70 }
const PRIORITIES = { LOW: 20, NORMAL: 60, HIGH: 15, URGENT: 5 }
const BODIES = [
  'Asked for an offer, five seats to begin with; wants to hear of us again next week.',
  'Is content. Would like to see the new reports once they are there.',
  'Sent the contract over; their lawyer reads it.',
  'Nobody there. Left a message.',
]

/** How many interactions the busiest customer has, and a lead as well; a tenth as many tickets. */
const busyCount = (rows: number) => Math.min(5_000, Math.floor(rows / 5))
/** The row number of that customer, who is of the large workspace and its eleventh member’s. */
export const busySeq = (rows: number) => Math.floor(rows / 2)

export const CUSTOMER_COLUMNS =
  'seq id workspace_id name sort_name email phone phone_e164 phone_text company owner_id user_id custom_fields last_interaction_at next_follow_up_at version created_at updated_at deleted_at'.split(
    ' ',
  )
export const INTERACTION_COLUMNS =
  'id workspace_id customer_id ticket_id owner_id type body occurred_at follow_up_at done_at created_by created_at updated_at'.split(
    ' ',
  )
export const TICKET_COLUMNS =
  'number id workspace_id customer_id owner_id assignee_id title status priority opened_by resolved_at created_at updated_at deleted_at'.split(
    ' ',
  )

/** The tags of every workspace: ids by workspace and name. */
export function tags(now: number, homes: Homes): Map<string, TagIds> {
  const roll = dice(3)
  const segments = Array.from({ length: SEGMENTS }, (_, i) => `segment ${String(i + 1).padStart(3, '0')}`)
  const names = [...Object.keys(SHARES), RARE_TAG, UNUSED_TAG, ...segments]
  const ofHome = () => new Map(names.map((name) => [name, uuidv7(now - YEARS_2, roll)]))
  return new Map(Object.values(homes).map(({ id }) => [id, ofHome()]))
}

/**
 * The customers in order of arrival: the values of CUSTOMER_COLUMNS, the ids of tags, interactions as the values of
 * INTERACTION_COLUMNS, and tickets, each `{ at, row, comments }`, the row lacking its number.
 */
export function* customers(count: number, now: number, homes: Homes, tagIds: Map<string, TagIds>) {
  const roll = dice(count + 1)
  const step = YEARS_2 / count
  const rareEvery = Math.floor(count / RARE_COUNT)
  for (let seq = 1; seq <= count; seq += 1) {
    const isBusy = seq === busySeq(count)
    const isRare = seq % rareEvery === Math.floor(rareEvery / 3)
    const size = isBusy || isRare ? 0 : roll()
    const home = size < LARGE ? homes.large : size < MEDIUM ? homes.medium : homes.small
    const created = Math.floor(now - YEARS_2 + (seq - roll()) * step)
    const life = { roll, now, home, created, isRare, busy: isBusy ? busyCount(count) : 0 }
    yield customer(seq, life, tagIds.get(home.id) ?? new Map(), homes)
  }
}

function customer(seq: number, life: Life, tagIds: TagIds, { small }: Homes) {
  const { roll, now, home, created, isRare, busy } = life
  const id = uuidv7(created, roll)
  const first = roll() < 0.02 ? 'John' : pick(roll, FIRST)
  const last = isRare ? 'Zyxwell' : roll() < 0.01 ? 'Johnson' : pick(roll, LAST)
  const owner = busy ? memberOf(home, SELLER).id : roll() < 0.1 ? null : pick(roll, home.users).id
  const deleted = !busy && roll() < 0.02 ? iso(now - Math.floor(roll() * 28 * DAY)) : null
  const parent = { id, owner, deleted }
  const tickets = ticketsOf(parent, life)
  const interactions = interactionsOf(parent, life)
  const facts = factsOf([...interactions, ...tickets.flatMap(({ comments }) => comments)])
  const name = `${first} ${last}`
  const phone = roll() < 0.7 ? phoneOf(seq, roll) : null
  const isElsewhere = home !== small && roll() < 0.1
  const row = [
    seq,
    id,
    home.id,
    name,
    name.toLowerCase(),
    roll() < 0.9 ? `${first}${seq}.${last}@${pick(roll, DOMAINS)}`.toLowerCase() : null,
    phone,
    phone?.replaceAll(' ', '') ?? null,
    phone && searchedForms(phone),
    isElsewhere ? ELSEWHERE_COMPANY : roll() < 0.15 ? null : `${pick(roll, LAST)} ${pick(roll, FORMS)}`,
    owner,
    busy ? home.portal.id : null,
    fieldsOf(seq, life),
    ...facts,
    1 + Math.floor(roll() * 4),
    iso(created),
    iso(Math.floor(created + roll() ** 3 * (now - created))),
    deleted,
  ]
  return { id, seq, row, tags: tagsOf(life, tagIds), interactions, tickets }
}

// Two customers in a hundred share a number, most with one other, some of them of another workspace.
function phoneOf(seq: number, roll: Roll) {
  const number = roll() < 0.02 ? 3_000_000_000 + Math.floor(seq / 100) : 1_000_000_000 + seq
  return `+49 30 ${String(number).slice(2)}`
}

function fieldsOf(seq: number, { roll, isRare }: Life) {
  if (isRare) return JSON.stringify({ plan: 'gold', region: RARE_TAG, ref: `C-${seq}` })
  if (roll() < 0.4) return null
  return JSON.stringify({ plan: weighed(roll, PLANS), seats: 1 + Math.floor(roll() * 50), ref: `C-${seq}` })
}

function tagsOf({ roll, isRare, busy }: Life, ids: TagIds) {
  const common = Object.entries(SHARES).flatMap(([name, share]) => (busy || roll() < share ? [name] : []))
  const segment =
    roll() < SEGMENTS / 1_000 ? [`segment ${String(1 + Math.floor(roll() * SEGMENTS)).padStart(3, '0')}`] : []
  return [...common, ...segment, ...(isRare ? [RARE_TAG] : [])].flatMap((name) => ids.get(name) ?? [])
}

// Three customers in five have none, the others one to four.
function interactionsOf(parent: Parent, life: Life) {
  const { roll, busy } = life
  const length = busy || (roll() < 0.42 ? 1 + Math.floor(roll() * 4) : 0)
  return Array.from({ length }, () => interaction(parent, life))
}

function interaction({ id, owner }: Parent, { roll, now, home, created }: Life): Row {
  const type = weighed(roll, TYPES)
  const at = Math.floor(created + roll() ** 2 * (now - created))
  const isFollowed = PLANNED.includes(type) || roll() < 0.05
  const due = isFollowed ? Math.floor(at + roll() * 60 * DAY) : null
  const isDone = due !== null && due < now && roll() < 0.85
  const [author, made] = [owner ?? pick(roll, home.users).id, iso(at)]
  const body = pick(roll, BODIES)
  return [
    uuidv7(at, roll),
    home.id,
    id,
    null,
    owner,
    type,
    body,
    made,
    due && iso(due),
    isDone ? iso(due) : null,
    author,
    made,
    made,
  ]
}

function ticketsOf(parent: Parent, life: Life) {
  const { roll, busy } = life
  const length = busy ? Math.floor(busy / 10) : roll() < 0.1 ? 1 : 0
  return Array.from({ length }, () => ticket(parent, life))
}

function ticket({ id, owner, deleted }: Parent, { roll, now, home, created }: Life): Ticket {
  const at = Math.floor(created + roll() * (now - created))
  const [ticketId, status, opener] = [uuidv7(at, roll), weighed(roll, STATUSES), pick(roll, home.users).id]
  const closed = ['RESOLVED', 'CLOSED'].includes(status) ? iso(Math.floor(at + roll() * (now - at))) : null
  const comment = (): Row => {
    const said = Math.floor(at + roll() * (now - at))
    const made = iso(said)
    return [
      uuidv7(said, roll),
      home.id,
      id,
      ticketId,
      owner,
      'NOTE',
      pick(roll, BODIES),
      made,
      null,
      null,
      opener,
      made,
      made,
    ]
  }
  const assignee = roll() < 0.7 ? pick(roll, home.users).id : null
  const title = pick(roll, [
    'The invoice shows the old address',
    'Cannot sign in',
    'Export stops halfway',
    'One seat more',
  ])
  const made = iso(at)
  return {
    at,
    home: home.id,
    row: [
      ticketId,
      home.id,
      id,
      owner,
      assignee,
      title,
      status,
      weighed(roll, PRIORITIES),
      opener,
      closed,
      made,
      closed ?? made,
      deleted,
    ],
    comments: Array.from({ length: Math.floor(roll() * 3) }, comment),
  }
}

// What triggers would keep on the customer: when last in touch, when next to be followed up.
function factsOf(interactions: Row[]): Row {
  const cell = (row: Row, column: string) => row[INTERACTION_COLUMNS.indexOf(column)]
  const instants = (rows: Row[], column: string) => rows.map((row) => String(cell(row, column)))
  const contacts = interactions.filter((row) => !PLANNED.includes(String(cell(row, 'type'))))
  const open = interactions.filter((row) => cell(row, 'follow_up_at') && !cell(row, 'done_at'))
  const [last, next] = [instants(contacts, 'occurred_at'), instants(open, 'follow_up_at')]
  return [last.sort().at(-1) ?? null, next.sort()[0] ?? null]
}
