// Demo data: tags on customers, and relationships between customers.
import { foldText } from '../src/text/fold.ts'
import { DAY, HOUR } from './demo-random.ts'
import type { Customer, Made, User } from './demo-rows.ts'
import type { Team } from './demo-team.ts'
import { iso, type World } from './demo-world.ts'

const TAGS = ['VIP', 'Company', 'Alumni', 'Newsletter', 'Instalments', 'Evening group', 'Reference']
const INVERSE = { manager: 'report', partner: 'partner', parent: 'child' }
type Kind = keyof typeof INVERSE
type DemoTag = { name: string; at: number; customers: Customer[] }

export function makeTags(world: World, team: Team) {
  const { random } = world
  const { customers } = world.tables
  const tags: DemoTag[] = TAGS.map((name) => ({ name, at: Number.POSITIVE_INFINITY, customers: [] }))
  for (const customer of customers) {
    const fitting = tags.filter(({ name }) => name !== 'Company' || customer.company)
    for (const tag of random.some(fitting, random.pick([0, 0, 1, 1, 2, 3]))) {
      const at = after(world, customer, 3 * DAY)
      tag.at = Math.min(tag.at, at)
      tag.customers.push(customer)
      world.tell('customer.tagged', customer, at, ownerOf(team, customer), { tags: [[], [tag.name]] })
    }
  }
  // A tag is made with its first use; one was never used.
  const unused: DemoTag = { name: 'Summer school', at: world.now - 200 * DAY, customers: [] }
  const rows = [...tags, unused].map((tag) => ({ id: addTag(world, team, tag).id, whose: tag.customers }))
  for (const { id, whose } of rows) {
    for (const customer of whose) world.add('customer_tags', { customer_id: customer.id, tag_id: id })
  }
  makeRelationships(world, team, customers)
}

function addTag(world: World, { workspace }: Team, { name, at }: DemoTag) {
  return world.add('tags', {
    ...world.made(at),
    workspace_id: workspace.id,
    name,
    key: foldText(name),
    updated_at: iso(at),
  })
}

/** Companies have a manager and colleagues; a few other customers are families and partners. */
function makeRelationships(world: World, team: Team, customers: Customer[]) {
  const { random } = world
  const single = customers.filter(({ company }) => !company)
  for (const colleagues of Map.groupBy(customers, ({ company }) => company).values()) {
    const [head, ...others] = colleagues.filter(({ company }) => company)
    if (!head) continue
    for (const other of others.slice(0, 3)) relate(world, team, other, head, 'manager')
    const [fourth, fifth] = others.slice(3)
    if (fourth && fifth) relate(world, team, fourth, fifth, 'partner')
  }
  for (let n = 0; n + 1 < single.length; n += 9) {
    const [one, other] = single.slice(n)
    if (one && other) relate(world, team, one, other, random.pick<Kind>(['parent', 'partner']))
  }
}

/** Makes `other` the manager, partner or parent of a customer; both sides get an event. */
function relate(world: World, team: Team, customer: Customer, other: Customer, kind: Kind) {
  const newer = customer.created_at > other.created_at ? customer : other
  const at = after(world, newer, 20 * DAY)
  const ends = { from_id: customer.id, to_id: other.id, workspace_id: customer.workspace_id }
  world.add('customer_relationships', { ...ends, kind, created_at: iso(at) })
  const by = ownerOf(team, customer) === ownerOf(team, other) ? ownerOf(team, customer) : team.manager
  const told = (to: Customer, seenAs: string) => ({ relationship: [null, { customerId: to.id, kind: seenAs }] })
  world.tell('customer.related', customer, at, by, told(other, kind))
  world.tell('customer.related', other, at, by, told(customer, INVERSE[kind]))
}

export function ownerOf({ sellers, manager }: Team, { owner_id }: { owner_id: string | null }): User {
  return sellers.find(({ id }) => id === owner_id) ?? manager
}

/** Some instant soon after a record was made, and before now. */
function after({ random, now }: World, { created_at }: Made, most: number) {
  const made = Date.parse(created_at)
  return Math.min(random.between(made + HOUR / 4, made + most), random.between(made, now))
}
