// The naive side of analytics: a diary of what happened, kept by comparing all records before and after each step, and
// every figure counted from it, instant by instant.

import { env } from 'cloudflare:workers'
import { decode, sign } from 'hono/jwt'
import { rows } from './database'
import type { Person } from './factories'

type Text = string | null
type Lead = Record<'id' | 'status' | 'created_at' | 'updated_at', string> &
  Record<'source' | 'owner_id' | 'customer_id' | 'follow_up_at' | 'deleted_at', Text>
type Customer = Record<'id' | 'name' | 'created_at', string> &
  Record<'owner_id' | 'last_interaction_at' | 'deleted_at', Text>
type Interaction = Record<'id' | 'type' | 'occurred_at', string> &
  Record<'customer_id' | 'lead_id' | 'owner_id' | 'created_by' | 'follow_up_at' | 'done_at', Text>
type Ticket = Record<'id' | 'status' | 'created_at' | 'updated_at', string> &
  Record<'owner_id' | 'assignee_id' | 'deleted_at', Text>
export type World = { leads: Lead[]; customers: Customer[]; interactions: Interaction[]; tickets: Ticket[] }

/** All records of a workspace, as they are. */
export async function world(workspaceId: string): Promise<World> {
  const all = <R>(table: string) => rows<R>(`SELECT * FROM ${table} WHERE workspace_id = ?`, workspaceId)
  const [leads, customers, interactions, tickets] = await Promise.all([
    all<Lead>('leads'),
    all<Customer>('customers'),
    all<Interaction>('interactions'),
    all<Ticket>('tickets'),
  ])
  return { leads, customers, interactions, tickets }
}

export type Fact = { what: string; at: string; owners: Text[]; source?: Text; kind?: string; seconds?: number }

const SPEAKING = ['CALL', 'EMAIL', 'MEETING']
const SPOKEN_WITH = ['CONTACTED', 'QUALIFIED']
export const isOpen = ({ status }: Ticket) => status === 'OPEN' || status === 'IN_PROGRESS'
const secondsFrom = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000

/** A diary of one workspace, to be told of each step's worlds before and after, and of claims, which look like assigning. */
export function diary() {
  const facts: Fact[] = []
  const since = new Map<string, string>()
  const claimed = new Set<string>()
  const contacted = new Set<string>()

  function contact({ id, owner_id, created_at }: Lead, at: string) {
    if (contacted.has(id)) return
    contacted.add(id)
    const when = at < created_at ? created_at : at
    facts.push({ what: 'contact', at: when, owners: [owner_id], seconds: secondsFrom(created_at, when) })
  }

  function tell(before: World, after: World, by: string, isClaim: boolean) {
    const now = new Date().toISOString()
    for (const lead of after.leads) {
      const was = before.leads.find(({ id }) => id === lead.id)
      if (!was) {
        facts.push({
          what: 'lead',
          at: lead.created_at,
          owners: [lead.owner_id],
          source: lead.source,
          kind: lead.status,
        })
        since.set(lead.id, lead.created_at)
        continue
      }
      if (isClaim && was.owner_id === null && lead.owner_id !== null) {
        const seconds = claimed.has(lead.id) ? undefined : secondsFrom(lead.created_at, now)
        facts.push({ what: 'claim', at: now, owners: [lead.owner_id], ...(seconds !== undefined && { seconds }) })
        claimed.add(lead.id)
      }
      const isConverted = was.customer_id === null && lead.customer_id !== null
      if (was.status === lead.status && !isConverted) continue
      const seconds = secondsFrom(since.get(lead.id) ?? '', now)
      const kind = `${was.status}>${lead.status}`
      facts.push({ what: isConverted ? 'conversion' : 'move', at: now, owners: [was.owner_id], kind, seconds })
      since.set(lead.id, now)
      if (isConverted || SPOKEN_WITH.includes(lead.status)) contact(was, now)
    }
    for (const interaction of after.interactions) {
      const { id, type, lead_id, occurred_at } = interaction
      const lead = after.leads.find((each) => each.id === lead_id)
      if (!lead || !SPEAKING.includes(type) || before.interactions.some((each) => each.id === id)) continue
      contact(lead, occurred_at < now ? occurred_at : now)
    }
    for (const { id, created_at, owner_id } of after.customers) {
      if (!before.customers.some((each) => each.id === id))
        facts.push({ what: 'customer', at: created_at, owners: [owner_id] })
    }
    for (const ticket of after.tickets) {
      const was = before.tickets.find(({ id }) => id === ticket.id)
      if (!was) facts.push({ what: 'ticket', at: ticket.created_at, owners: [by] })
      else if (isOpen(was) && !isOpen(ticket)) facts.push({ what: 'resolution', at: now, owners: [by] })
    }
  }

  /** What happened, with the interactions that there are. */
  const all = ({ interactions }: World): Fact[] => [
    ...facts,
    ...interactions.map((each) => ({
      what: 'interaction',
      at: each.occurred_at,
      owners: [each.created_by],
      kind: each.type,
    })),
  ]
  return { tell, all }
}

/** Whom a ticket is one of: its customer's owner, and who is to solve it. */
export const concerned = (owner: Text, assignee: Text): Text[] =>
  assignee === null || assignee === owner ? [owner] : [owner, assignee]

/** What is to be done, and when: of whom is not in the trash. */
export function dues({ leads, customers, interactions }: World) {
  const isLiving = ({ customer_id, lead_id }: Interaction) => {
    const parent = [...customers, ...leads].find(({ id }) => id === (customer_id ?? lead_id))
    return parent?.deleted_at === null
  }
  return [
    ...interactions
      .filter((each) => each.done_at === null && isLiving(each))
      .map(({ follow_up_at, owner_id }) => ({ of: 'interactions' as const, at: follow_up_at, owner: owner_id })),
    ...leads
      .filter(({ status, deleted_at }) => status !== 'CLOSED' && deleted_at === null)
      .map(({ follow_up_at, owner_id }) => ({ of: 'leads' as const, at: follow_up_at, owner: owner_id })),
  ].flatMap(({ of, at, owner }) => (at === null ? [] : [{ of, at, owner }]))
}

/** The date on somebody's wall at an instant. */
export function wallDate(timeZone: string, instant: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(instant))
}

/** The exact median, null of nothing. */
export function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}

/** Somebody with a token that holds at any time, for tests that move the clock. */
export async function timeless(person: Person): Promise<Person> {
  const claims = { ...decode(person.token).payload, iat: 0, exp: 99_999_999_999 }
  return { ...person, token: await sign(claims, env.JWT_SECRET, 'HS256') }
}
