// Converting: a lead becomes a customer, once; the customer is named, found by e-mail, or made, in the same batch.
import { and, eq, isNull, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { visible } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, interactions, leads } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'
import { leadColumns } from './leads.record'

/**
 * Converts a lead and closes it. Throws `already_converted`, `customer_exists` where the e-mail belongs to a customer
 * out of the caller's reach, `plan_limit`, and `not_found` for the lead or the customer named.
 */
export async function convertLead(ctx: Ctx, id: string, { customerId }: { customerId?: string }) {
  const { db, actor, now } = ctx
  const newId = ctx.newId()
  const unconverted = and(eq(leads.id, id), visible(actor, 'leads:write', leads), isNull(leads.customerId))
  const inReach = visible(actor, 'customers:write', customers)
  const sameEmail = and(
    eq(customers.workspaceId, actor.workspaceId),
    eq(customers.email, leads.email),
    isNull(customers.deletedAt),
  )
  const made = {
    id: newId,
    workspaceId: actor.workspaceId,
    name: sql`coalesce(${leads.name}, ${leads.title})`,
    sortName: sql`coalesce(${leads.sortName}, lower(${leads.title}))`,
    phoneE164: sql`${leads.phoneE164}`,
    email: sql`${leads.email}`,
    phone: sql`${leads.phone}`,
    ownerId: sql`${leads.ownerId}`,
    createdAt: now,
    updatedAt: now,
  }
  const isMissing =
    customerId === undefined ? sql`NOT EXISTS (SELECT 1 FROM ${customers} WHERE ${sameEmail})` : sql`false`
  const wanted =
    customerId === undefined
      ? sql`(${customers.id} = ${newId} OR ${and(sameEmail, inReach)})`
      : and(eq(customers.id, customerId), inReach)
  const target = sql`(SELECT ${customers.id} FROM ${customers} WHERE ${wanted})`
  const isPossible = sql`${unconverted} AND ${target} IS NOT NULL`
  // The lead's timeline becomes the customer's; it was moved before wherever the lead was converted before.
  const itsCustomer = sql`(SELECT customer_id FROM leads WHERE id = ${id})`
  const { converted, present, customer, lack } = await runBatch(db, {
    customerMade: insertFrom(
      db,
      customers,
      made,
      sql`FROM ${leads} WHERE ${unconverted} AND ${isMissing} AND ${isWithinLimit(ctx, 'customers')}`,
    ),
    customerEvent: eventInsert(ctx, { verb: 'customer.created', subject: 'customer', id: newId, when: ifChanged }),
    leadEvent: eventInsert(ctx, {
      verb: 'lead.converted',
      subject: 'lead',
      id,
      changes: sql`json_object('customerId', json_array(null, ${target}), 'status', json_array(${leads.status}, 'CLOSED'))`,
      from: sql`${leads}`,
      when: isPossible,
    }),
    converted: one(
      db
        .update(leads)
        .set({
          customerId: target,
          convertedAt: now,
          status: 'CLOSED',
          ...versionStamp(leads, now),
        })
        .where(isPossible)
        .returning(leadColumns),
    ),
    timelineMoved: db
      .update(interactions)
      .set({ customerId: itsCustomer, ...versionStamp(interactions, now) })
      .where(and(eq(interactions.leadId, id), isNull(interactions.customerId), sql`${itsCustomer} IS NOT NULL`)),
    present: one(
      db
        .select(leadColumns)
        .from(leads)
        .where(and(eq(leads.id, id), visible(actor, 'leads:read', leads))),
    ),
    customer: one(db.select().from(customers).where(sql`${customers.id} = ${itsCustomer}`)),
    lack: one(
      limitExceeded(ctx, 'customers', {
        when: sql`EXISTS (SELECT 1 FROM ${leads} WHERE ${unconverted} AND ${isMissing})`,
      }),
    ),
  })
  if (converted && customer) return { lead: converted, customer }
  if (!present) throw new AppError('not_found')
  const isInReach = reach(actor, 'leads:write') === 'all' || present.ownerId === actor.id
  if (!isInReach) throw new AppError('not_yours', { detail: 'Claim this lead before you convert it.' })
  if (present.customerId !== null) throw new AppError('already_converted', { existingId: present.customerId })
  if (lack) throw limitExceededError(ctx, 'customers', lack)
  throw new AppError(customerId === undefined ? 'customer_exists' : 'not_found')
}
