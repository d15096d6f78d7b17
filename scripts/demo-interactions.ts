// Demo data: a year of notes, calls, e-mails and meetings, and follow-ups: overdue, today, later.
import { atWork, DAY, HOUR } from './demo-random.ts'
import type { Customer, Interaction, Lead, User } from './demo-rows.ts'
import { ownerOf } from './demo-tags.ts'
import { TALK } from './demo-talk.ts'
import type { Team } from './demo-team.ts'
import { iso, type World } from './demo-world.ts'

type Usual = Exclude<keyof typeof TALK, 'TASK' | 'FOLLOW_UP'>

const USUAL: Usual[] = ['NOTE', 'CALL', 'CALL', 'EMAIL', 'EMAIL', 'MEETING']
const PLANNED: ('TASK' | 'FOLLOW_UP')[] = ['TASK', 'FOLLOW_UP']
const MINUTE = HOUR / 60

/** The record of an interaction: a customer, or a lead that is not converted. */
type Whose = { customer: Customer; lead?: undefined } | { customer?: undefined; lead: Lead }
type Fields = Pick<Interaction, 'type' | 'body'> &
  Partial<Pick<Interaction, 'ticket_id' | 'follow_up_at' | 'done_at' | 'occurred_at'>>

export function makeInteractions(world: World, team: Team) {
  const { customers, leads } = world.tables
  const byId = new Map(customers.map((customer) => [customer.id, customer]))
  for (const lead of leads) pursue(world, team, lead, byId.get(lead.customer_id ?? ''))
  for (const customer of customers) keepInTouch(world, team, customer)
  for (const seller of team.sellers) planAhead(world, seller)
}

/** Adds an interaction and its event. Its owner is that of its customer or, before the conversion, of its lead. */
export function addInteraction(world: World, at: number, by: User, { customer, lead }: Whose, fields: Fields) {
  const bare = {
    ticket_id: null,
    follow_up_at: null,
    done_at: null,
    occurred_at: iso(at),
    version: 1,
    updated_at: iso(at),
  }
  const whose = { customer_id: customer?.id ?? null, lead_id: lead?.id ?? null, owner_id: (customer ?? lead).owner_id }
  const row = { workspace_id: by.workspace_id, ...whose, ...bare, created_by: by.id, ...fields }
  const interaction = world.add('interactions', { ...world.made(at), ...row })
  // A comment has the event of its ticket.
  if (interaction.ticket_id) return interaction
  const { type, follow_up_at } = interaction
  const parent = { customerId: lead ? null : whose.customer_id, leadId: whose.lead_id }
  const named = { ...parent, occurredAt: fields.occurred_at ?? null, followUpAt: follow_up_at }
  const changes = Object.entries({ type, ...named }).filter(([, value]) => value !== null)
  const told = Object.fromEntries(changes.map(([field, value]) => [field, [null, value]]))
  world.tell('interaction.created', interaction, at, by, told)
  return interaction
}

/** Logs an interaction shortly after it happened; most follow-ups of the past are done. */
function log(world: World, at: number, by: User, whose: Whose) {
  const { random, now } = world
  const type = random.pick(USUAL)
  const logged = Math.min(at + random.between(2 * MINUTE, 90 * MINUTE), now)
  const followUp = random.chance(0.3) ? atWork(at + random.between(2 * DAY, 20 * DAY), random) : null
  const fields = {
    type,
    body: random.pick(TALK[type]),
    occurred_at: iso(at),
    follow_up_at: followUp === null ? null : iso(followUp),
  }
  const interaction = addInteraction(world, logged, by, whose, fields)
  if (!followUp || followUp > now - DAY) return interaction
  const done = Math.max(logged, followUp - random.between(0, DAY))
  if (random.chance(0.985)) world.change('interaction.done', interaction, done, by, { done_at: iso(done) })
  return interaction
}

function pursue(world: World, team: Team, lead: Lead, customer?: Customer) {
  const { random, now } = world
  if (!lead.claimed_at) return
  const owner = ownerOf(team, lead)
  const end = lead.converted_at ?? (lead.status === 'CLOSED' ? lead.updated_at : null)
  const [from, to] = [Date.parse(lead.claimed_at), end ? Date.parse(end) - 2 * HOUR : now]
  for (let at = from + random.between(HOUR, 9 * DAY); at < to; at += random.between(9 * DAY, 90 * DAY)) {
    const occurred = Math.min(at, to)
    const interaction = log(world, occurred, owner, { lead })
    // The conversion carried it to the customer.
    if (!customer || lead.converted_at === null) continue
    const moved = { customer_id: customer.id, owner_id: customer.owner_id, version: interaction.version + 1 }
    const updated_at = interaction.updated_at > lead.converted_at ? interaction.updated_at : lead.converted_at
    Object.assign(interaction, moved, { updated_at })
  }
}

function keepInTouch(world: World, team: Team, customer: Customer) {
  const { random, now } = world
  const owner = ownerOf(team, customer)
  const pace = random.pick([30, 60, 120])
  const step = () => random.between((pace / 3) * DAY, pace * DAY)
  for (let at = Date.parse(customer.created_at) + random.between(HOUR, pace * DAY); ; at += step()) {
    at = atWork(at, random)
    if (at >= now) return
    log(world, at, random.chance(0.9) ? owner : team.manager, { customer })
  }
}

/** What a seller has to do: some of it late, some today as the seller's clock has it, the rest in days to come. */
function planAhead(world: World, seller: User) {
  const { random, now } = world
  const isTheirs = ({ owner_id, created_at }: Customer) =>
    owner_id === seller.id && Date.parse(created_at) < now - 10 * DAY
  const customers = random.some(world.tables.customers.filter(isTheirs), 14)
  customers.forEach((customer, n) => {
    const made = now - random.between(3 * DAY, 9 * DAY)
    const type = random.pick(PLANNED)
    const late = random.between(made + HOUR, now - DAY)
    const due = n < 3 ? late : n < 7 ? today(world, seller) : atWork(now + random.between(DAY, 25 * DAY), random)
    const fields = { type, body: random.pick(TALK[type]), follow_up_at: iso(due) }
    addInteraction(world, made, seller, { customer }, fields)
  })
}

function today({ random, now }: World, { time_zone }: User) {
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone })
  const quarters = Array.from({ length: 80 }, (_, n) => Math.ceil(now / HOUR) * HOUR + (n - 40) * 15 * MINUTE)
  const possible = quarters.filter((ms) => calendar.format(ms) === calendar.format(now))
  return random.pick(possible.length > 0 ? possible : [now])
}
