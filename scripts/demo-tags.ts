// Demo data: tags on customers, and what customers are to one another.
import { fold } from './demo-customers.ts'
import { DAY, HOUR } from './demo-random.ts'
import { iso } from './demo-world.ts'

const TAGS = ['VIP', 'Company', 'Alumni', 'Newsletter', 'Instalments', 'Evening group', 'Reference']
const INVERSE = { manager: 'report', partner: 'partner', parent: 'child' }

export function makeTags(world, team) {
  const { random } = world
  const customers = world.tables.get('customers')
  const tags = TAGS.map((name) => ({ name, at: Number.POSITIVE_INFINITY, customers: [] }))
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
  const unused = { name: 'Summer school', at: world.now - 200 * DAY, customers: [] }
  const rows = [...tags, unused].map((tag) => [addTag(world, team, tag), tag.customers])
  for (const [{ id }, whose] of rows) {
    for (const customer of whose) world.put('customer_tags', { customer_id: customer.id, tag_id: id })
  }
  makeRelationships(world, team, customers)
}

function addTag(world, { workspace }, { name, at }) {
  return world.add('tags', at, { workspace_id: workspace.id, name, key: fold(name), updated_at: iso(at) })
}

/** In each company somebody leads and somebody works along; elsewhere a few families and partners. */
function makeRelationships(world, team, customers) {
  const { random } = world
  const single = customers.filter(({ company }) => !company)
  for (const colleagues of Map.groupBy(customers, ({ company }) => company).values()) {
    const [head, ...others] = colleagues.filter(({ company }) => company)
    for (const other of others.slice(0, 3)) relate(world, team, other, head, 'manager')
    if (others.length > 4) relate(world, team, others[3], others[4], 'partner')
  }
  for (let n = 0; n + 1 < single.length; n += 9) {
    relate(world, team, single[n], single[n + 1], random.pick(['parent', 'partner']))
  }
}

/** Makes `other` the manager, partner or parent of a customer; both sides are told. */
function relate(world, team, customer, other, kind) {
  const newer = customer.created_at > other.created_at ? customer : other
  const at = after(world, newer, 20 * DAY)
  const ends = { from_id: customer.id, to_id: other.id, workspace_id: customer.workspace_id }
  world.put('customer_relationships', { ...ends, kind, created_at: iso(at) })
  const by = ownerOf(team, customer) === ownerOf(team, other) ? ownerOf(team, customer) : team.manager
  const told = (to, seenAs) => ({ relationship: [null, { customerId: to.id, kind: seenAs }] })
  world.tell('customer.related', customer, at, by, told(other, kind))
  world.tell('customer.related', other, at, by, told(customer, INVERSE[kind]))
}

export function ownerOf({ sellers, manager }, { owner_id }) {
  return sellers.find(({ id }) => id === owner_id) ?? manager
}

/** Some instant soon after a record was made, and before now. */
function after({ random, now }, { created_at }, most) {
  const made = Date.parse(created_at)
  return Math.min(random.between(made + HOUR / 4, made + most), random.between(made, now))
}
