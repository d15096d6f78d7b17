// Converting: a lead becomes a customer, once. The customer is given by id, linked already, found by e-mail address, or new.
import { and, eq, isNull, or, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { visible } from '../access/visible'
import { isWithinLimit, limitExceededError, Room, roomAsJson } from '../billing/limits'
import type { Ctx } from '../context'
import { holdersOf } from '../customers/customers.contacts'
import { one, runBatch } from '../db/batch'
import { customers, interactions, leads } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { jobInsert } from '../jobs/jobs.kind'
import { customFieldsTooBigError } from '../records/custom-fields'
import { versionStamp } from '../records/version'
import { stageAfter } from '../stages/stages'
import { carriedStatements, fitsCustomer } from './leads.carry'
import { moveStatements } from './leads.conversion'
import { leadColumns } from './leads.record'

/** How many of its interactions follow a lead in the batch of the conversion: each takes up to 14 rows. */
const AT_ONCE = 100

// An enquiry of a customer is linked to the customer before it is converted.
const isUnconverted = or(isNull(leads.customerId), isNull(leads.convertedAt))

/**
 * Converts a lead and closes it; its tags and custom fields go to the customer. Throws `already_converted`, `plan_limit`, `customer_exists` if a customer out of reach
 * has the e-mail address, and `not_found` for the lead or the customer.
 */
export async function convertLead(ctx: Ctx, id: string, { customerId }: { customerId?: string }) {
  const { db, actor, now } = ctx
  const newId = ctx.newId()
  const unconverted = and(eq(leads.id, id), visible(actor, 'leads:write', leads), isUnconverted)
  const isInReach = visible(actor, 'customers:write', customers)
  const emailOfLead = sql`(SELECT json_array(asked.email) FROM ${leads} AS asked WHERE asked.id = ${id} AND asked.email IS NOT NULL)`
  const holder = sql`(${holdersOf(actor.workspaceId, emailOfLead)} LIMIT 1)`
  const isKnown = sql`${customers.id} IN (${holder}, ${leads.customerId}) AND ${customers.deletedAt} IS NULL`
  const newCustomer = {
    id: newId,
    workspaceId: actor.workspaceId,
    name: sql`coalesce(${leads.name}, ${leads.title})`,
    sortName: sql`coalesce(${leads.sortName}, ${leads.foldedTitle}, lower(${leads.title}))`,
    email: sql`${leads.email}`,
    foldedEmail: sql`${leads.foldedEmail}`,
    phone: sql`${leads.phone}`,
    phoneE164: sql`${leads.phoneE164}`,
    phoneText: sql`${leads.phoneText}`,
    ownerId: sql`${leads.ownerId}`,
    customFields: sql`${leads.customFields}`,
    foldedFields: sql`${leads.foldedFields}`,
    createdAt: now,
    updatedAt: now,
  }
  const needsCustomer =
    customerId === undefined ? sql`NOT EXISTS (SELECT 1 FROM ${customers} WHERE ${isKnown})` : sql`false`
  const isTarget =
    customerId === undefined
      ? sql`${customers.id} IN (${newId}, ${holder}, ${leads.customerId}) AND (${customers.id} = ${newId} OR ${isInReach})`
      : and(eq(customers.id, customerId), isInReach)
  const targetId = sql`(SELECT ${customers.id} FROM ${customers} WHERE ${isTarget}
    ORDER BY ${customers.id} IS ${leads.customerId} DESC LIMIT 1)`
  const isPossible = sql`${unconverted} AND ${targetId} IS NOT NULL AND ${fitsCustomer(targetId)}`
  // The newest interactions follow the lead to its customer at once, and the others by a job.
  const customerOfLead = sql`(SELECT ${leads.customerId} FROM ${leads} WHERE ${eq(leads.id, id)})`
  const following = (limit: number, offset = 0) => sql`SELECT said.seq FROM ${interactions} AS said
    WHERE said.lead_id = ${id} AND said.customer_id IS NULL AND ${customerOfLead} IS NOT NULL
    ORDER BY said.occurred_at DESC, said.seq DESC LIMIT ${limit} OFFSET ${offset}`
  const hasConverted = sql`EXISTS (SELECT 1 FROM ${leads} WHERE ${eq(leads.id, id)} AND ${eq(leads.convertedAt, now)})`
  const lacksRoom = sql`NOT (${isWithinLimit(ctx, 'customers')}) AND ${unconverted} AND ${needsCustomer}`
  const { converted, present, customer } = await runBatch(db, {
    customerInsert: insertFrom(
      db,
      customers,
      newCustomer,
      sql`FROM ${leads} WHERE ${unconverted} AND ${needsCustomer} AND ${isWithinLimit(ctx, 'customers')}`,
    ),
    customerEvent: eventInsert(ctx, { verb: 'customer.created', subject: 'customer', id: newId, when: ifChanged }),
    leadEvent: eventInsert(ctx, {
      verb: 'lead.converted',
      subject: 'lead',
      id,
      changes: sql`json_object('customerId', json_array(${leads.customerId}, ${targetId}), 'status', json_array(${leads.status}, 'CLOSED'))`,
      from: sql`${leads}`,
      isOne: true,
      when: isPossible,
    }),
    converted: one(
      db
        .update(leads)
        .set({
          customerId: targetId,
          convertedAt: now,
          status: 'CLOSED',
          stageId: stageAfter('lead', 'leads', leads, 'CLOSED'),
          stageSince: now,
          contactedAt: sql`coalesce(${leads.contactedAt}, ${now})`,
          ...versionStamp(leads, now),
        })
        .where(isPossible)
        .returning(leadColumns),
    ),
    ...carriedStatements(ctx, id, customerOfLead, hasConverted),
    job: jobInsert(ctx, {
      kind: 'conversion',
      input: { leadId: id },
      subjectId: id,
      when: sql`EXISTS (${following(1, AT_ONCE)})`,
    }),
    timelineMoved: moveStatements(db, now, id, following(AT_ONCE)),
    present: one(
      db
        .select({
          ...leadColumns,
          fits: sql<number>`${fitsCustomer(targetId)}`.as('fits'),
          exceeded: sql<string | null>`CASE WHEN ${lacksRoom} THEN ${roomAsJson(ctx, 'customers')} END`.as('exceeded'),
        })
        .from(leads)
        .where(and(eq(leads.id, id), visible(actor, 'leads:read', leads))),
    ),
    customer: one(db.select().from(customers).where(sql`${customers.id} = ${customerOfLead}`)),
  })
  if (converted && customer) return { lead: converted, customer }
  if (!present) throw new AppError('not_found')
  const mayConvert = reach(actor, 'leads:write') === 'all' || present.ownerId === actor.id
  if (!mayConvert) throw new AppError('not_yours', { detail: 'Claim this lead before you convert it.' })
  if (present.customerId !== null && present.convertedAt !== null) {
    throw new AppError('already_converted', { existingId: present.customerId })
  }
  if (!present.fits) throw customFieldsTooBigError('body.customerId')
  if (present.exceeded) throw limitExceededError(ctx, 'customers', Room.parse(JSON.parse(present.exceeded)))
  throw new AppError(customerId === undefined ? 'customer_exists' : 'not_found')
}
