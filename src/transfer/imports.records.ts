// The records of a chunk: the statements that make and change customers and leads as its rows say.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import { customers, leads } from '../db/schema'
import { insertFrom } from '../db/sql'
import type { Ctx } from '../http/context'
import { ENTITIES, PERMISSION } from './imports.entities'
import { cell, type Job, judgedRows } from './imports.judged'

const json = (field: string) => sql.raw(`row -> '$.${field}'`)

function stamps({ actor, now }: Ctx) {
  const made = { id: cell('record'), workspaceId: actor.workspaceId, ownerId: cell('ownerId') }
  return { ...made, importKey: cell('importKey'), createdAt: now, updatedAt: now }
}

const person = { name: cell('name'), email: cell('email'), phone: cell('phone'), phoneE164: cell('phoneE164') }

/** The statement that makes the customers of a chunk. */
export function customersMade(ctx: Ctx, job: Job, n: number) {
  const own = { company: cell('company'), keepInTouchDays: cell('keepInTouchDays'), customFields: json('customFields') }
  const fields = { ...person, sortName: cell('sortName'), ...own }
  return insertFrom(ctx.db, customers, { ...stamps(ctx), ...fields }, sql`FROM ${judgedRows(job, n, 'create')}`)
}

/** The statement that makes the leads of a chunk. */
export function leadsMade(ctx: Ctx, job: Job, n: number) {
  const own = { title: cell('title'), description: cell('description'), source: cell('source') }
  const more = { interest: cell('interest'), message: cell('message'), followUpAt: cell('followUpAt') }
  const claimedAt = sql`iif(row ->> 'ownerId' IS NULL, NULL, ${ctx.now})`
  const status = sql`coalesce(row ->> 'status', 'NEW')`
  const fields = {
    ...person,
    sortName: cell('sortName'),
    ...own,
    ...more,
    status,
    metadata: json('metadata'),
    claimedAt,
  }
  return insertFrom(ctx.db, leads, { ...stamps(ctx), ...fields }, sql`FROM ${judgedRows(job, n, 'create')}`)
}

// What a row leaves empty stays as it is; a number and what was read of it go together.
const kept = (field: string, table: string, column = field) =>
  sql.raw(`coalesce(row ->> '${field}', ${table}.${column})`)
const numberOf = (table: string) => sql.raw(`iif(row ->> 'phone' IS NULL, ${table}.phone_e164, row ->> 'phoneE164')`)

/** The statement that changes the customers that are there. */
export function customersChanged(ctx: Ctx, job: Job, n: number) {
  const of = (field: string, column?: string) => kept(field, 'customers', column)
  return ctx.db
    .update(customers)
    .set({
      ...{ name: of('name'), sortName: of('sortName', 'sort_name'), email: of('email'), phone: of('phone') },
      ...{ phoneE164: numberOf('customers'), company: of('company'), ownerId: given('customers') },
      keepInTouchDays: of('keepInTouchDays', 'keep_in_touch_days'),
      customFields: sql`iif(row -> '$.customFields' IS NULL, customers.custom_fields,
        json_patch(coalesce(customers.custom_fields, '{}'), row -> '$.customFields'))`,
      updatedAt: ctx.now,
      version: sql`customers.version + 1`,
    })
    .from(targets(ctx, job, n))
    .where(sql`customers.seq = judged.seq`)
}

// From the rows to their records: left to itself, SQLite walks all records of the workspace for every row.
function targets({ actor }: Ctx, job: Job, n: number): SQL {
  const { table, name } = ENTITIES[job.entity]
  return sql`(SELECT t.seq, row FROM ${judgedRows(job, n, 'update')}
    CROSS JOIN ${sql.raw(name)} AS t ON t.id = judged.row ->> 'record' WHERE ${visible(actor, PERMISSION, alias(table, 't'))} LIMIT -1) AS judged`
}

// The usual owner is for what is made; of what is there, only an owner that the row names changes hands.
const given = (table: string) => sql.raw(`iif(row ->> 'owner' IS NULL, ${table}.owner_id, row ->> 'ownerId')`)

/** The statement that changes the leads that are there. */
export function leadsChanged(ctx: Ctx, job: Job, n: number) {
  const of = (field: string, column?: string) => kept(field, 'leads', column)
  return ctx.db
    .update(leads)
    .set({
      ...{ title: of('title'), description: of('description'), status: of('status'), source: of('source') },
      ...{ name: of('name'), sortName: of('sortName', 'sort_name'), email: of('email'), phone: of('phone') },
      ...{ phoneE164: numberOf('leads'), interest: of('interest'), message: of('message') },
      ...{ followUpAt: of('followUpAt', 'follow_up_at'), metadata: sql`coalesce(row -> '$.metadata', leads.metadata)` },
      ownerId: given('leads'),
      claimedAt: sql`CASE WHEN row ->> 'owner' IS NULL OR row ->> 'ownerId' IS leads.owner_id
        THEN leads.claimed_at ELSE ${ctx.now} END`,
      updatedAt: ctx.now,
      version: sql`leads.version + 1`,
    })
    .from(targets(ctx, job, n))
    .where(sql`leads.seq = judged.seq`)
}
