// Demo data: customers, those that leads became and those who were there before or came by themselves.
import { readPhoneField } from '../src/text/searched.ts'
import { atWork, DAY, HOUR, type Random } from './demo-random.ts'
import type { Customer, User } from './demo-rows.ts'
import { COUNTRY } from './demo-searched.ts'
import type { Team } from './demo-team.ts'
import { COMPANIES } from './demo-words.ts'
import { iso, type World } from './demo-world.ts'

const CUSTOMERS = 120

type Optional = 'company' | 'user_id' | 'custom_fields' | 'keep_in_touch_days'
type Fields = Pick<Customer, 'name' | 'email' | 'phone' | 'owner_id'> & Partial<Pick<Customer, Optional>>

/** Fills up to 120: customers that no lead became, the first with a login of her own, the last two there twice. */
export function makeCustomers(world: World, team: Team) {
  const { random, now } = world
  const { admin, manager, sellers, portal } = team
  const converted = [...world.tables.customers]
  for (const customer of random.some(converted, Math.floor(converted.length / 3))) addCompany(world, customer)
  const twins = twinsOf(world, converted)
  const wanted = CUSTOMERS - converted.length - twins.length
  for (let n = 0; n < wanted; n += 1) {
    // A third were typed in when the workspace was new.
    const day = n < wanted / 3 ? random.between(363 * DAY, 365 * DAY) : random.between(4 * DAY, 362 * DAY)
    const owner = random.pick(sellers)
    const company = random.chance(0.6) ? random.pick(COMPANIES) : null
    const { name, email, phone } =
      n === 0 ? { name: portal.name, email: portal.email, phone: '0141 496 0461' } : world.person()
    const custom_fields = random.chance(0.6) ? fieldsOf(random, company) : null
    // A number that nobody can dial is kept, without an E.164 form.
    const fields = {
      name,
      email,
      phone: n === 5 ? 'ask at reception' : phone,
      company,
      custom_fields,
      owner_id: owner.id,
      keep_in_touch_days: n % 4 === 0 ? 60 : null,
    }
    const by = random.pick([admin, manager, owner, owner])
    const at = atWork(now - day, random)
    const customer = createCustomer(world, at, by, fields)
    if (n === 0) world.change('customer.updated', customer, at + HOUR, manager, { user_id: portal.id })
  }
  for (const { at, by, fields } of twins) createCustomer(world, at, by, fields)
}

export function findCustomer(world: World, email: string | null) {
  return world.tables.customers.find((customer) => email && customer.email === email)
}

export function createCustomer(world: World, at: number, by: User, fields: Fields) {
  const bare = {
    company: null,
    user_id: null,
    custom_fields: null,
    keep_in_touch_days: null,
    version: 1,
    updated_at: iso(at),
  }
  const customer = world.add('customers', {
    ...world.made(at),
    workspace_id: by.workspace_id,
    ...bare,
    ...fields,
  })
  world.tell('customer.created', customer, at, by)
  return customer
}

/** Two customers who are there already, typed in once more last week: one by the number, one by name and company. */
function twinsOf(world: World, converted: Customer[]) {
  const { random, now } = world
  const ofSeller = converted.filter(({ created_at }) => Date.parse(created_at) < now - 30 * DAY)
  // Some numbers that a country keeps for fiction are none to libphonenumber, so nothing is found by them.
  const callers = ofSeller.filter(({ name, phone }) => /^\p{Script=Latin}+ /u.test(name) && isReadable(phone))
  const caller = callers.find(({ company }) => !company) ?? callers[0]
  const visitor = ofSeller.find((customer) => customer !== caller && customer.company && customer.email)
  const originals = [caller, visitor].flatMap((customer) => (customer ? [customer] : []))
  return originals.map((customer) => {
    const by = ownerOf(world, customer)
    const { name, company, owner_id } = customer
    const isCaller = customer === caller
    const [first = '', ...rest] = name.split(' ')
    const fields = isCaller
      ? {
          name: [`${first[0]}.`, ...rest].join(' '),
          phone: customer.phone?.replace(/[^\d+]/g, '') ?? null,
          email: null,
        }
      : { name, company, phone: null, email: `training@${customer.email?.split('@')[1]}` }
    return { at: atWork(now - random.between(4 * DAY, 8 * DAY), random), by, fields: { ...fields, owner_id } }
  })
}

const isReadable = (phone: string | null) => phone !== null && readPhoneField(phone, COUNTRY).key !== null

function ownerOf({ tables }: World, { owner_id }: Customer): User {
  const owner = tables.users.find(({ id }) => id === owner_id)
  if (!owner) throw new Error(`No member has the id ${owner_id}.`)
  return owner
}

function fieldsOf(random: Random, company: string | null) {
  const person = { plan: random.pick(['basic', 'plus', 'gold']), language: random.pick(['en', 'en', 'de', 'fr']) }
  return company ? { ...person, seats: random.pick([3, 5, 8, 12, 25]), invoiceByPost: random.chance(0.2) } : person
}

function addCompany(world: World, customer: Customer) {
  const { random, now } = world
  const at = Date.parse(customer.created_at) + random.between(HOUR / 6, 20 * HOUR)
  const company = random.pick(COMPANIES)
  if (at < now)
    world.change('customer.updated', customer, at, ownerOf(world, customer), {
      company,
      custom_fields: fieldsOf(random, company),
    })
}
