// Fills an empty database: people, then leads, then customers with their rows, then the busiest of both.
import { hash } from 'bcryptjs'
import {
  busySeq,
  type Cell,
  CUSTOMER_COLUMNS,
  customers,
  INTERACTION_COLUMNS,
  type TagIds,
  TICKET_COLUMNS,
  type Ticket,
  tags,
} from './population.customers.ts'
import { LEAD_COLUMNS, leads, memberOf, SELLER, workspaces } from './population.ts'
import { retryOnce } from './retry-once.ts'
import type { Database, Home, Log, Member } from './types.ts'

export const PASSWORD = 'correct horse battery'
export const BCRYPT_COST = 10
const ROWS_A_STATEMENT = 4_000
/** Former portal logins, and unused tags. */
const CROWD = 20_000
/** Unique ones and those of a customer stay: triggers and foreign keys look rows up by them. */
const GROWING = `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'
  AND sql NOT LIKE '%(%customer_id%' AND name NOT IN ('customers_name_key', 'customers_phone') AND tbl_name IN ('leads', 'customers', 'interactions', 'tickets', 'customer_tags', 'events')`

/** The lead that has the interactions of the busiest customer too. */
export const BUSY_LEAD = `SELECT id FROM leads WHERE workspace_id = ?1 AND owner_id = ?2 AND deleted_at IS NULL AND status = 'NEW'
  ORDER BY seq LIMIT 1`
/** The leads that became customers: the first the busiest one, the others all another one. */
const CONVERTED = `SELECT seq FROM leads WHERE workspace_id = ?1 AND status = 'CLOSED' AND deleted_at IS NULL ORDER BY seq`
/** The customer who was fifty leads, given the row number of the busiest one. */
export const MANY_LEADS = `SELECT id FROM customers WHERE workspace_id = ?1 AND seq < ?2 AND deleted_at IS NULL
  ORDER BY seq DESC LIMIT 1`
const EVENT = 'INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)'
const eventSeq = (table: string) =>
  `coalesce((SELECT max(e.seq) FROM events e WHERE e.workspace_id = ${table}.workspace_id), 0) + row_number() OVER ()`
const ID = 'lower(hex(randomblob(8)))'
const UUID = `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-7' || substr(hex(randomblob(2)), 2) || '-8'
  || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`

/**
 * Triggers keep search indexes and counters as they would, but for how often tags are used. Indexes of the large tables
 * are made anew at the end, which is several times as fast as growing them.
 */
export async function fillDatabase(db: Database, { rows, now }: { rows: number; now: number }, log: Log) {
  const homes = workspaces(now)
  await insertPeople(db, Object.values(homes))
  await insertCrowd(db, homes.large)
  const { results: indexes } = await db.prepare(GROWING).all<{ name: string; sql: string }>()
  await db.batch(indexes.map(({ name }) => db.prepare(`DROP INDEX ${name}`)))
  await insertLeads(db, leads(rows, now, homes), (done) => log(`seeding ${rows} leads: ${done}`))
  const tagIds = tags(now, homes)
  await insertTags(db, tagIds, new Date(now).toISOString())
  const report = (done: number) => log(`seeding ${rows} customers: ${done}`)
  const tickets = await insertCustomers(db, customers(rows, now, homes, tagIds), report)
  await insertTickets(db, tickets)
  for (const { name, sql } of indexes) {
    log(`indexing: ${name}`)
    await retryOnce(() => db.prepare(sql.replace('CREATE INDEX', 'CREATE INDEX IF NOT EXISTS')).run())
  }
  await retryOnce(() => db.batch([...countTags(db), ...busiest(db, homes.large, busySeq(rows))]))
}

async function insertPeople(db: Database, homes: Home[]) {
  const passwordHash = await hash(PASSWORD, BCRYPT_COST)
  const ofHome = ({ id, slug, createdAt }: Home) => [id, slug, slug, createdAt, createdAt]
  const ofUser =
    (home: Home) =>
    ({ id, email, name, role, createdAt }: Member) => [
      id,
      home.id,
      email,
      name,
      passwordHash,
      role,
      createdAt,
      createdAt,
    ]
  const people = homes.flatMap((home) => [...home.users, home.portal].map(ofUser(home)))
  await insert(db, 'workspaces', 'id name slug created_at updated_at'.split(' '), homes.map(ofHome)).run()
  const columns = 'id workspace_id email name password_hash role created_at updated_at'.split(' ')
  await insert(db, 'users', columns, people).run()
}

// Portal logins that were switched off, and tags that nobody uses: lists must not read them all.
async function insertCrowd(db: Database, { id, createdAt }: Home) {
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${CROWD})`
  const users = `INSERT INTO users (id, workspace_id, email, name, role, status, created_at, updated_at) ${numbers}
    SELECT ${UUID}, ?1, 'former-' || n || '@bench.example', 'Former', 'CUSTOMER', 'INACTIVE', ?2, ?2 FROM numbers`
  const tags = `INSERT INTO tags (id, workspace_id, name, key, created_at, updated_at) ${numbers}
    SELECT ${UUID}, ?1, printf('unused %06d', n), printf('unused %06d', n), ?2, ?2 FROM numbers`
  await db.batch([users, tags].map((query) => db.prepare(query).bind(id, createdAt)))
}

// Beside each lead the event of its making; one in ten of the owned has an interaction, with the lead's follow-up.
async function insertLeads(db: Database, all: Iterable<Cell[]>, report: (done: number) => void) {
  for (const chunk of chunks(all)) {
    const [first, last] = [Number(chunk.at(0)?.[0]), Number(chunk.at(-1)?.[0])]
    const recorded = db.prepare(
      `${EVENT} SELECT ${ID}, workspace_id, ${eventSeq('leads')}, 'lead', id, 'lead.created', 'system', created_at
       FROM leads WHERE seq BETWEEN ? AND ?`,
    )
    const said = db.prepare(
      `INSERT INTO interactions (id, workspace_id, lead_id, owner_id, type, body, occurred_at, follow_up_at, created_by,
         created_at, updated_at)
       SELECT ${UUID}, workspace_id, id, owner_id, 'CALL', 'Called; will think it over.', updated_at, follow_up_at, owner_id,
         updated_at, updated_at
       FROM leads WHERE seq BETWEEN ? AND ? AND seq % 10 = 0 AND owner_id IS NOT NULL`,
    )
    await db.batch([insert(db, 'leads', LEAD_COLUMNS, chunk), recorded.bind(first, last), said.bind(first, last)])
    report(last)
  }
}

async function insertTags(db: Database, idsByHome: Map<string, TagIds>, now: string) {
  const rows = [...idsByHome].flatMap(([home, ids]) => [...ids].map(([name, id]) => [id, home, name, name, now, now]))
  await insert(db, 'tags', 'id workspace_id name key created_at updated_at'.split(' '), rows).run()
}

// Tags go before their customers, so that the search index is written once for each.
async function insertCustomers(db: Database, all: ReturnType<typeof customers>, report: (done: number) => void) {
  const tickets: Ticket[] = []
  for (const chunk of chunks(all)) {
    const [first, last] = [chunk.at(0)?.seq, chunk.at(-1)?.seq]
    const tagged = chunk.flatMap(({ id, tags: ids }) => ids.map((tag) => [id, tag]))
    const said = chunk.flatMap(({ interactions }) => interactions)
    const recorded = db.prepare(
      `${EVENT} SELECT ${ID}, workspace_id, ${eventSeq('customers')}, 'customer', id, 'customer.created', 'system', created_at
       FROM customers WHERE seq BETWEEN ? AND ?`,
    )
    await db.batch([
      db.prepare('PRAGMA defer_foreign_keys = on'),
      insert(db, 'customer_tags', ['customer_id', 'tag_id'], tagged),
      insert(
        db,
        'customers',
        CUSTOMER_COLUMNS,
        chunk.map(({ row }) => row),
      ),
      insert(db, 'interactions', INTERACTION_COLUMNS, said),
      recorded.bind(first, last),
    ])
    tickets.push(...chunk.flatMap((each) => each.tickets))
    report(last ?? 0)
  }
  return tickets
}

async function insertTickets(db: Database, tickets: Ticket[]) {
  const numbers = new Map<string, number>()
  const numbered = tickets
    .sort((a, b) => a.at - b.at)
    .map(({ home, row, comments }) => {
      const number = (numbers.get(home) ?? 0) + 1
      numbers.set(home, number)
      return { row: [number, ...row], comments }
    })
  for (const chunk of chunks(numbered.values())) {
    const rows = chunk.map(({ row }) => row)
    const comments = chunk.flatMap((each) => each.comments)
    await db.batch([
      insert(db, 'tickets', TICKET_COLUMNS, rows),
      insert(db, 'interactions', INTERACTION_COLUMNS, comments),
    ])
  }
}

function countTags(db: Database) {
  const used = `FROM customer_tags ct JOIN customers c ON c.id = ct.customer_id AND c.deleted_at IS NULL
    JOIN tags t ON t.id = ct.tag_id, json_each(json_array('*', c.owner_id)) AS owner
    ON owner.value IS NOT NULL`
  return [
    db.prepare('DELETE FROM tag_counts'),
    db.prepare(`INSERT INTO tag_counts (tag_id, owner, workspace_id, key, customers, leads, tickets)
      SELECT t.id, owner.value, t.workspace_id, t.key, count(*), 0, 0 ${used} GROUP BY t.id, owner.value`),
  ]
}

// The busiest customer: events as many as interactions, a lead that became this customer, 300 relationships. A lead of the
// same owner has as many of both. Another customer was fifty leads.
function busiest(db: Database, large: Home, seq: number) {
  const [home, seller] = [large.id, memberOf(large, SELLER).id]
  const customer = `(SELECT id FROM customers WHERE seq = ${seq})`
  const ofCustomer = `FROM interactions WHERE customer_id = ${customer}`
  const converted = (
    customerId: string,
    which: string,
  ) => `UPDATE leads SET customer_id = ${customerId}, converted_at = updated_at
    WHERE seq IN (${CONVERTED} ${which})`
  return [
    db.prepare(converted(customer, 'LIMIT 1')).bind(home),
    db.prepare(converted(`(${MANY_LEADS})`, 'LIMIT 50 OFFSET 1')).bind(home, seq),
    db
      .prepare(
        `UPDATE interactions SET customer_id = (SELECT customer_id FROM leads WHERE id = lead_id)
         WHERE lead_id IN (SELECT id FROM leads WHERE customer_id IS NOT NULL)`,
      )
      .bind(),
    db
      .prepare(
        `INSERT INTO interactions (id, workspace_id, lead_id, owner_id, type, body, occurred_at, follow_up_at, done_at,
           created_by, created_at, updated_at)
         SELECT ${UUID}, workspace_id, (${BUSY_LEAD}), owner_id, type, body, occurred_at, follow_up_at, done_at, created_by,
           created_at, updated_at ${ofCustomer} AND lead_id IS NULL AND ticket_id IS NULL`,
      )
      .bind(home, seller),
    db
      .prepare(
        `${EVENT} SELECT ${ID}, workspace_id, ${eventSeq('interactions')}, 'lead', (${BUSY_LEAD}), 'lead.updated', 'system',
           created_at ${ofCustomer}`,
      )
      .bind(home, seller),
    db.prepare(
      `${EVENT} SELECT ${ID}, workspace_id, ${eventSeq('interactions')}, 'customer', customer_id, 'customer.updated', 'system',
         created_at ${ofCustomer}`,
    ),
    db
      .prepare(
        `INSERT INTO customer_relationships (from_id, to_id, workspace_id, kind, created_at)
         SELECT ${customer}, id, workspace_id, 'partner', created_at FROM customers
         WHERE workspace_id = ?1 AND deleted_at IS NULL AND seq <> ${seq} ORDER BY seq LIMIT 300`,
      )
      .bind(home),
  ]
}

function* chunks<T>(rows: Iterable<T>) {
  let chunk: T[] = []
  for (const row of rows) {
    chunk.push(row)
    if (chunk.length < ROWS_A_STATEMENT) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

// D1 binds at most 100 parameters, so the rows go as one JSON array of arrays.
function insert(db: Database, table: string, columns: string[], rows: Cell[][]) {
  const values = columns.map((_, i) => `value->>${i}`)
  return db
    .prepare(`INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM json_each(?)`)
    .bind(JSON.stringify(rows))
}
