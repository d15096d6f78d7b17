// The job that erases a person with many records. The customer is out of sight until the job is done.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../context'
import { customers, events, imports, interactions, leads, outbox, tickets } from '../db/schema'
import { allOf } from '../db/sql'
import { type JobCtx, type JobStep, jobInsert, jobKind } from '../jobs/jobs.kind'
import { newestFirst } from '../jobs/jobs.walks'
import { HELD } from './personal-data.map'
import { KnownPerson, mentionsIn, scopeOf } from './personal-data.person'

/** How many records a piece takes. Interactions, tickets and leads have a few events each, which are erased with them. */
const RECORDS = 150
/** How many rows a piece looks through where no index finds the rows of a person. */
const ROWS = 500

const Input = z.object({
  customerId: z.string(),
  erasedAt: z.string(),
  known: KnownPerson,
})
type Input = z.infer<typeof Input>

export const ERASURE = jobKind({
  input: Input,
  steps: (ctx, input) => [
    ...input.known.customers.flatMap((id) => [
      eventStep(ctx, input, id),
      interactionStep(ctx, id),
      ticketStep(ctx, id),
    ]),
    ...[...input.known.logins, ...input.known.tokens].map((id) => eventStep(ctx, input, id)),
    ...leadSteps(ctx, input),
    mailStep(ctx, input),
    importStep(ctx, input),
    sightStep(ctx, input),
  ],
})

/** The statement that begins it, in the batch that erases the customer itself. It keeps what the person was known by. */
export function erasureJob(ctx: Ctx, customerId: string, known: KnownPerson, when: SQL) {
  return jobInsert(ctx, {
    kind: 'erasure',
    input: { customerId, erasedAt: ctx.now, known },
    subjectId: customerId,
    when,
  })
}

const isAbout = ({ workspaceId }: JobCtx, ids: SQL) =>
  sql`+events.workspace_id = ${workspaceId} AND events.subject_id IN (${ids})`

// The events of a record, and those that tell other customers of a relationship, which were written at the same instant.
function eventStep({ db, workspaceId, now }: JobCtx, { known }: Input, id: string): JobStep {
  const isOfRecord = sql`workspace_id = ${workspaceId} AND subject_id = ${id}`
  // A workspace counts its events itself: a number alone is an event of each of them.
  const isNumbered = (numbers: SQL) => sql`events.workspace_id = ${workspaceId} AND events.seq IN (${numbers})`
  const ids = JSON.stringify(known.customers)
  return {
    full: ROWS,
    pick: (after) => newestFirst(events, events.createdAt, isOfRecord, after, ROWS),
    statements: (picked) => {
      const own = sql`SELECT changes, created_at FROM events WHERE workspace_id = ${workspaceId} AND seq IN (${picked})`
      const mentions = mentionsIn(workspaceId, sql`SELECT value FROM json_each(${ids})`, own)
      return [
        HELD.mentions.eraseRows(db, isNumbered(mentions), now),
        HELD.events.eraseRows(db, isNumbered(picked), now),
      ]
    },
  }
}

function interactionStep(ctx: JobCtx, id: string): JobStep {
  return {
    full: RECORDS,
    pick: (after) => newestFirst(interactions, interactions.occurredAt, sql`customer_id = ${id}`, after, RECORDS),
    statements: (picked) => interactionStatements(ctx, picked),
  }
}

function interactionStatements(ctx: JobCtx, picked: SQL) {
  const { db, now } = ctx
  const ids = sql`SELECT id FROM ${interactions} WHERE seq IN (${picked})`
  return [
    HELD.events.eraseRows(db, isAbout(ctx, ids), now),
    HELD.interactions.eraseRows(db, sql`interactions.seq IN (${picked})`, now),
  ]
}

function ticketStep(ctx: JobCtx, id: string): JobStep {
  const { db, now } = ctx
  return {
    full: RECORDS,
    pick: (after) => ({
      ...{ key: sql`seq`, position: sql`seq` },
      from: sql`FROM ${tickets} WHERE customer_id = ${id} AND seq > ${Number(after)} ORDER BY seq LIMIT ${RECORDS}`,
    }),
    statements: (picked) => [
      HELD.events.eraseRows(db, isAbout(ctx, sql`SELECT id FROM ${tickets} WHERE seq IN (${picked})`), now),
      HELD.ticketTags.eraseRows(db, sql`ticket_id IN (SELECT id FROM ${tickets} WHERE seq IN (${picked}))`, now),
      HELD.tickets.eraseRows(db, sql`tickets.seq IN (${picked})`, now),
    ],
  }
}

// What was said with the leads goes before them, and what became the customer's is found by that one.
function leadSteps(ctx: JobCtx, { known, erasedAt }: Input): JobStep[] {
  const { db, now } = ctx
  const list = JSON.stringify(known.leads)
  return [
    {
      full: RECORDS,
      pick: () => ({
        key: sql`said.seq`,
        from: sql`FROM json_each(${list}) AS lead CROSS JOIN ${interactions} AS said ON said.lead_id = lead.value
          WHERE said.customer_id IS NULL AND said.updated_at < ${erasedAt} LIMIT ${RECORDS}`,
      }),
      statements: (picked) => interactionStatements(ctx, picked),
    },
    {
      full: RECORDS,
      pick: (after) => ({
        ...{ key: sql`value`, position: sql`key` },
        from: sql`FROM json_each(${list}) WHERE key > ${Number(after ?? -1)} ORDER BY key LIMIT ${RECORDS}`,
      }),
      statements: (picked) => [
        HELD.events.eraseRows(db, isAbout(ctx, picked), now),
        HELD.leadTags.eraseRows(db, sql`lead_id IN (${picked})`, now),
        HELD.leads.eraseRows(db, sql`${leads.id} IN (${picked})`, now),
      ],
    },
  ]
}

function mailStep({ db, workspaceId, now }: JobCtx, { known }: Input): JobStep {
  const person = scopeOf(workspaceId, known)
  return {
    full: ROWS,
    pick: (after) => ({
      ...{ key: sql`id`, position: sql`id` },
      from: sql`FROM ${outbox} WHERE workspace_id = ${workspaceId} AND id > ${after ?? ''} ORDER BY id LIMIT ${ROWS}`,
    }),
    statements: (picked) => [
      HELD.mails.eraseRows(db, allOf(sql`${outbox.id} IN (${picked})`, HELD.mails.where(person)), now),
    ],
  }
}

function importStep({ db, workspaceId, now }: JobCtx, { known }: Input): JobStep {
  const person = scopeOf(workspaceId, known)
  return {
    full: 1,
    pick: (after) => ({
      ...{ key: sql`id`, position: sql`id` },
      from: sql`FROM ${imports} WHERE workspace_id = ${workspaceId} AND id > ${after ?? ''} ORDER BY id LIMIT 1`,
    }),
    statements: (picked) => [
      HELD.imported.eraseRows(db, allOf(sql`import_issues.import_id IN (${picked})`, HELD.imported.where(person)), now),
    ],
  }
}

/** Gives the customers back that only this has hidden. */
function sightStep({ db }: JobCtx, { known, erasedAt }: Input): JobStep {
  return {
    full: 1,
    pick: () => ({
      key: sql`id`,
      from: sql`FROM ${customers} WHERE id IN (SELECT value FROM json_each(${JSON.stringify(known.customers)}))
        AND deleted_at = ${erasedAt} LIMIT 1`,
    }),
    statements: (picked) => [db.update(customers).set({ deletedAt: null }).where(sql`${customers.id} IN (${picked})`)],
  }
}
