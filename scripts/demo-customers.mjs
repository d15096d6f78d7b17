// Room: scripts. Demo data: customers, those that leads became and those who were there before or came by themselves.
import { atWork, DAY, HOUR } from './demo-random.mjs'
import { COMPANIES } from './demo-words.mjs'
import { iso } from './demo-world.mjs'

const CUSTOMERS = 120

/** Fills up to 120 with customers that no lead became; the first of them has a login of her own. */
export function makeCustomers(world, { admin, manager, sellers, portal }) {
  const { random, now } = world
  const converted = world.tables.get('customers') ?? []
  for (const customer of random.some(converted, Math.floor(converted.length / 3))) addCompany(world, customer)
  const wanted = CUSTOMERS - converted.length
  for (let n = 0; n < wanted; n += 1) {
    // A third were typed in when the workspace was new.
    const day = n < wanted / 3 ? random.between(363 * DAY, 365 * DAY) : random.between(2 * DAY, 362 * DAY)
    const owner = random.pick(sellers)
    const company = random.chance(0.6) ? random.pick(COMPANIES) : null
    const { name, email, phone } = n === 0 ? { ...portal, phone: '+44 7700 900461' } : world.person()
    const fields = { name, email, phone, company, owner_id: owner.id }
    const by = random.pick([admin, manager, owner, owner])
    createCustomer(world, atWork(now - day, random), by, fields)
  }
}

export function findCustomer(world, email) {
  return (world.tables.get('customers') ?? []).find((customer) => email && customer.email === email)
}

export function createCustomer(world, at, by, fields) {
  const rest = { company: null, version: 1, updated_at: iso(at) }
  const customer = world.add('customers', at, { workspace_id: by.workspace_id, ...rest, ...fields })
  world.tell('customer.created', customer, at, by)
  return customer
}

function addCompany(world, customer) {
  const { random, now } = world
  const [owner] = world.tables.get('users').filter(({ id }) => id === customer.owner_id)
  const at = Date.parse(customer.created_at) + random.between(HOUR / 6, 20 * HOUR)
  if (at < now) world.change('customer.updated', customer, at, owner, { company: random.pick(COMPANIES) })
}
