// Demo data: tickets of customers, from the first word to the last, with the comments of both sides.
import { addInteraction } from './demo-interactions.ts'
import { atWork, DAY, HOUR } from './demo-random.ts'
import type { Customer, Ticket, User } from './demo-rows.ts'
import { ownerOf } from './demo-tags.ts'
import { COMMENTS, TICKETS } from './demo-talk.ts'
import type { Team } from './demo-team.ts'
import { iso, type World } from './demo-world.ts'

const COUNT = 48
const LATEST = [6 * DAY, 5 * DAY, 2 * DAY, 20 * HOUR, 3 * HOUR]

export function makeTickets(world: World, team: Team) {
  const { random, now } = world
  const { customers } = world.tables
  const zoe = customers.find(({ user_id }) => user_id === team.portal.id)
  if (!zoe) throw new Error('No customer has the portal login.')
  const ages = Array.from({ length: COUNT - LATEST.length }, () => random.between(8 * DAY, 330 * DAY))
  const births = [...ages.sort((a, b) => b - a), ...LATEST].map((age) => now - age)
  births.forEach((at, n) => {
    // The portal login has three: one of long ago, one of last week, one of today.
    const isPortals = [12, COUNT - 5, COUNT - 1].includes(n)
    const there = customers.filter((one) => one !== zoe && Date.parse(one.created_at) < at - DAY)
    makeTicket(world, team, { at, number: n + 1, customer: isPortals ? zoe : random.pick(there), isPortals })
  })
}

type Wanted = { at: number; number: number; customer: Customer; isPortals: boolean }

function makeTicket(world: World, team: Team, { at: birth, number, customer, isPortals }: Wanted) {
  const { random, now } = world
  const owner = ownerOf(team, customer)
  const by = isPortals ? team.portal : owner
  const [title, description] = random.pick(TICKETS)
  const about = isPortals ? undefined : lastTalk(world, customer, birth)
  const priority = isPortals ? 'NORMAL' : random.pick(['LOW', 'NORMAL', 'NORMAL', 'NORMAL', 'HIGH', 'URGENT'])
  const ticket = world.add('tickets', {
    ...world.made(birth),
    workspace_id: by.workspace_id,
    number,
    customer_id: customer.id,
    interaction_id: about?.id ?? null,
    owner_id: customer.owner_id,
    assignee_id: null,
    title,
    description,
    status: 'OPEN',
    priority,
    opened_by: by.id,
    resolved_at: null,
    version: 1,
    updated_at: iso(birth),
  })
  world.tell('ticket.created', ticket, birth, by, { title: [null, title], status: [null, 'OPEN'] })

  let at = birth
  const later = (least: number, most: number) => {
    const next = atWork(at + random.between(least, most), random)
    if (next < now) at = next
    return next < now
  }
  const becomes = (who: User, status: string) => {
    if (status === 'RESOLVED') ticket.resolved_at = iso(at)
    world.change('ticket.updated', ticket, at, who, { status })
  }
  if (!later(HOUR, DAY)) return
  const solver = random.chance(0.8) ? owner : random.pick(team.sellers)
  world.change('ticket.assigned', ticket, at, team.manager, { assignee_id: solver.id })
  if (!later(HOUR, DAY)) return
  becomes(solver, 'IN_PROGRESS')
  comment(world, at, solver, customer, ticket, COMMENTS.team)
  if (isPortals && later(HOUR, DAY)) comment(world, at, team.portal, customer, ticket, COMMENTS.customer)
  if (random.chance(0.5) && later(HOUR, 2 * DAY)) comment(world, at, solver, customer, ticket, COMMENTS.team)
  if (random.chance(0.9) && later(DAY, 12 * DAY)) becomes(solver, 'RESOLVED')
  if (ticket.status === 'RESOLVED' && random.chance(0.8) && later(2 * DAY, 20 * DAY)) {
    becomes(isPortals ? team.portal : solver, 'CLOSED')
  }
}

function comment(world: World, at: number, by: User, customer: Customer, ticket: Ticket, texts: string[]) {
  const body = world.random.pick(texts)
  const { id } = addInteraction(world, at, by, { customer }, { ticket_id: ticket.id, type: 'NOTE', body })
  world.tell('ticket.commented', ticket, at, by, { commentId: [null, id] })
}

/** The call or mail that a ticket came out of, if there was one lately. */
function lastTalk(world: World, customer: Customer, at: number) {
  const since = iso(at - 15 * DAY)
  const theirs = world.tables.interactions.filter(({ customer_id }) => customer_id === customer.id)
  const lately = theirs.filter(
    ({ type, occurred_at }) => occurred_at > since && occurred_at < iso(at) && type !== 'NOTE',
  )
  return lately.at(-1)
}
