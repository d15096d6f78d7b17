// Demo data: a year of leads, and what became of each: in the pool, at work, lost, converted, in the trash.
import { createCustomer, findCustomer } from './demo-customers.ts'
import { atWork, DAY, HOUR } from './demo-random.ts'
import type { Lead, User, Workspace } from './demo-rows.ts'
import type { Team } from './demo-team.ts'
import { COMPANIES, COURSES, enquiryText, NOTES, TEAM_SOURCES, TEAM_TITLES } from './demo-words.ts'
import { iso, type World } from './demo-world.ts'

const LEADS = 400
const TRASHED = 6

type Asked = 'title' | 'source' | 'name' | 'email' | 'phone' | 'interest'
type Fields = Pick<Lead, Asked> & Partial<Lead>
/** Moves the clock on by a span of milliseconds; false when that is still to come. */
type Later = (least: number, most: number) => boolean

export function makeLeads(world: World, team: Team) {
  const { random } = world
  const leads = births(world).map((at) => makeLead(world, team, at))
  // Who came last waits in the pool of 40, with some of those before; a few were overlooked long ago.
  const unowned = leads.filter((lead) => lead.owner_id === null)
  const [older, recent, last] = [unowned.slice(0, -48), unowned.slice(-48, -12), unowned.slice(-12)]
  const pool = new Set([...last, ...random.some(recent, 24), ...random.some(older, 4)])
  for (const lead of leads) if (!pool.has(lead)) pursue(world, team, lead)
  const lost = leads.filter((lead) => lead.status === 'CLOSED' && lead.customer_id === null)
  for (const lead of lost.slice(-TRASHED)) {
    const at = random.between(Math.max(Date.parse(lead.updated_at), world.now - 9 * DAY), world.now)
    world.change('lead.trashed', lead, at, team.manager, { deleted_at: iso(at) })
  }
  return leads
}

// More every month, so that a trend is there to be seen.
function births({ now, random }: World) {
  const share = () => random.next() ** 0.75
  return Array.from({ length: LEADS }, () => now - 20 * 60_000 - Math.round((1 - share()) * 364 * DAY)).sort(
    (a, b) => a - b,
  )
}

function makeLead(world: World, team: Team, at: number) {
  return world.random.chance(0.5) ? fromForm(world, team, at) : fromTeam(world, team, at)
}

function fromForm(world: World, { workspace }: Team, at: number) {
  const { random } = world
  const { name, email, phone, language } = world.person()
  const course = random.chance(0.85) ? random.pick(COURSES) : null
  const lead = addLead(world, workspace, at, {
    title: course ?? `Enquiry of ${name}`,
    source: 'enquiry',
    name,
    email,
    phone,
    interest: course,
    message: enquiryText(random, language, course ?? random.pick(COURSES)),
    metadata: random.chance(0.4) ? { page: '/courses', campaign: random.pick(['spring', 'autumn']) } : null,
  })
  world.tell('lead.enquired', lead, at)
  return lead
}

// SALES keep what they bring; what the manager enters goes to the pool.
function fromTeam(world: World, { workspace, manager, sellers }: Team, birth: number) {
  const { random, now } = world
  const at = Math.min(atWork(birth, random), now - 10 * 60_000)
  const by = random.pick([...sellers, ...sellers, manager])
  const owner_id = by === manager ? null : by.id
  const { name, email, phone } = world.person()
  const course = random.pick(COURSES)
  const lead = addLead(world, workspace, at, {
    title: random.pick(TEAM_TITLES)(course, random.pick(COMPANIES)),
    description: random.pick(NOTES),
    source: random.pick(TEAM_SOURCES),
    name,
    email: random.chance(0.85) ? email : null,
    phone,
    interest: course,
    owner_id,
    claimed_at: owner_id && iso(at),
  })
  world.tell('lead.created', lead, at, by, { ownerId: [null, owner_id] })
  return lead
}

function addLead(world: World, workspace: Workspace, at: number, fields: Fields) {
  const bare = { owner_id: null, claimed_at: null, follow_up_at: null, customer_id: null, converted_at: null }
  const rest = { ...bare, deleted_at: null, status: 'NEW', version: 1, updated_at: iso(at) }
  return world.add('leads', { ...world.made(at), workspace_id: workspace.id, ...rest, ...fields })
}

/** The history of an owned lead until now. */
function pursue(world: World, team: Team, lead: Lead) {
  const { random, now } = world
  let at = Date.parse(lead.created_at)
  const later: Later = (least, most) => {
    const next = atWork(at + random.between(least, most), random)
    if (next >= now) return false
    at = next
    return true
  }
  const owner = takeOver(world, team, lead, later, () => at)
  if (!owner) return
  const doing = (patch: Partial<Lead>) => world.change('lead.updated', lead, at, owner, patch)
  const inDays = (least: number, most: number) => iso(atWork(at + random.between(least * DAY, most * DAY), random))

  if (random.chance(0.95) && later(3 * HOUR, 3 * DAY)) doing({ status: 'CONTACTED', follow_up_at: inDays(2, 14) })
  const isPromising = random.chance(0.6)
  const isWon = isPromising && random.chance(0.5)
  if (isPromising && later(3 * DAY, 30 * DAY)) {
    doing({ status: 'QUALIFIED', follow_up_at: isWon ? null : inDays(3, 21) })
  }
  if (isWon && later(7 * DAY, 120 * DAY)) return convert(world, lead, at, owner)
  if (!isWon && random.chance(0.9) && later(10 * DAY, 200 * DAY)) return doing({ status: 'CLOSED', follow_up_at: null })

  // An open lead has its next step around today; some are overdue.
  at = Math.max(at, now - random.between(2 * DAY, 12 * DAY))
  if (lead.status !== 'NEW' && later(HOUR / 3, DAY)) {
    doing({ follow_up_at: iso(atWork(now + random.between(-6 * DAY, 14 * DAY), random)) })
  }
}

function takeOver(world: World, { manager, sellers }: Team, lead: Lead, later: Later, clock: () => number) {
  const { random, now } = world
  const isManagers = lead.source !== 'enquiry'
  if (lead.owner_id) return sellers.find(({ id }) => id === lead.owner_id)
  if (!later(HOUR / 3, 2 * DAY)) return undefined
  let owner = random.pick(sellers)
  take(clock(), owner, isManagers ? manager : owner)
  if (random.chance(0.04) && clock() < now - 10 * DAY && later(HOUR, 2 * DAY)) {
    world.change('lead.released', lead, clock(), owner, { owner_id: null, claimed_at: null })
    later(HOUR, DAY)
    owner = sellers.find((other) => other !== owner) ?? owner
    take(clock(), owner, owner)
  }
  return owner

  // The audit trail of a claim names the owner alone, that of an assignment every field.
  function take(at: number, whose: User, by: User) {
    const patch = { owner_id: whose.id, claimed_at: iso(at) }
    if (by !== whose) return world.change('lead.assigned', lead, at, by, patch)
    Object.assign(lead, patch, { version: lead.version + 1, updated_at: iso(at) })
    world.tell('lead.claimed', lead, at, by, { ownerId: [null, whose.id] })
  }
}

function convert(world: World, lead: Lead, at: number, owner: User) {
  const { name, email, phone } = lead
  const customer =
    findCustomer(world, email) ?? createCustomer(world, at, owner, { name, email, phone, owner_id: owner.id })
  const { status } = lead
  Object.assign(lead, { customer_id: customer.id, converted_at: iso(at), status: 'CLOSED', updated_at: iso(at) })
  lead.version += 1
  world.tell('lead.converted', lead, at, owner, { customerId: [null, customer.id], status: [status, 'CLOSED'] })
}
