// Stripe's events: each makes the Worker ask for the present state of the customer's subscription, and keep it. So the
// order of events and their repetition make no difference.
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { located, type PublicCtx } from '../context'
import { runBatch } from '../db/batch'
import { stripeEvents, subscriptions, workspaces } from '../db/schema'
import { AppError } from '../errors'
import { changesOf, eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'
import { GRACE_MS } from './plans'
import { openStripe } from './stripe'
import type { Subscription } from './stripe.client'
import { isSignedByStripe } from './webhook.signature'

/** The events to subscribe to in Stripe's dashboard; others are acknowledged and change nothing. */
const EVENT_TYPES = [
  'checkout.session.completed',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'invoice.paid',
  'invoice.payment_failed',
]

const StripeEvent = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
})
type StripeEvent = z.infer<typeof StripeEvent>

/**
 * Handles an event of Stripe. Throws `invalid_signature`, and a 503 where Stripe or the database does not answer:
 * Stripe then sends the event again.
 */
export async function receiveEvent(caller: PublicCtx, body: string, signature: string | undefined): Promise<void> {
  const stripe = openStripe(caller.config)
  if (!(await isSignedByStripe(body, signature ?? '', caller.config.STRIPE_WEBHOOK_SECRET ?? '', Date.now()))) {
    throw new AppError('invalid_signature', { detail: 'Is STRIPE_WEBHOOK_SECRET the one of this endpoint?' })
  }
  const event = eventIn(body)
  const customer = event && customerOf(event)
  if (!event || !EVENT_TYPES.includes(event.type) || customer === undefined) return
  const ctx = await located(caller, { names: [{ kind: 'stripe', name: customer }] })
  if (await isKnown(ctx, event.id)) return
  const askedAt = new Date().toISOString()
  const theirs = await stripe.listSubscriptions(customer)
  await saveState(ctx, event, customer, { ...bestStanding(theirs), askedAt })
}

// Undefined for what is signed but is none of the events above, such as those without their object.
function eventIn(body: string): StripeEvent | undefined {
  try {
    return StripeEvent.parse(JSON.parse(body))
  } catch {
    return undefined
  }
}

function customerOf({ data }: StripeEvent): string | undefined {
  const { customer } = data.object
  return typeof customer === 'string' ? customer : undefined
}

async function isKnown({ db }: PublicCtx, id: string): Promise<boolean> {
  const known = await db.select({ id: stripeEvents.id }).from(stripeEvents).where(eq(stripeEvents.id, id))
  return known.length > 0
}

type Standing = {
  plan: 'FREE' | 'PRO'
  planUntil: string | null
  status: string | null
  renewsAt: string | null
  endsAt: string | null
}

const PAID = ['active', 'trialing']
const STATUSES = [...PAID, 'past_due', 'unpaid', 'paused', 'incomplete', 'canceled', 'incomplete_expired']
const FREE: Standing = { plan: 'FREE', planUntil: null, status: null, renewsAt: null, endsAt: null }

/** How a customer stands who has these subscriptions: by the best of them, of equals by the newest. */
function bestStanding(all: Subscription[]): Standing {
  const rank = ({ status }: Subscription) => STATUSES.indexOf(status)
  const [best] = all.toSorted((a, b) => rank(a) - rank(b) || b.created - a.created || (a.id < b.id ? 1 : -1))
  if (!best) return FREE
  const { status } = best
  const [item] = best.items.data
  const ended = instantOf(best.ended_at ?? best.cancel_at)
  if (PAID.includes(status)) {
    const renewsAt = ended === null ? instantOf(item?.current_period_end) : null
    return { plan: 'PRO', planUntil: null, status, renewsAt, endsAt: ended }
  }
  // The period that could not be paid has begun already: grace is counted from there.
  const unpaidSince = item?.current_period_start
  if (status !== 'past_due' || unpaidSince == null) return { ...FREE, status, endsAt: ended }
  return { plan: 'PRO', planUntil: instantOf(unpaidSince + GRACE_MS / 1_000), status, renewsAt: null, endsAt: ended }
}

function instantOf(seconds: number | null | undefined): string | null {
  return typeof seconds === 'number' ? new Date(seconds * 1_000).toISOString() : null
}

// An answer older than the one that is kept changes nothing.
async function saveState(ctx: PublicCtx, event: StripeEvent, customer: string, state: Standing & { askedAt: string }) {
  const { db, now } = ctx
  const { plan, planUntil, ...rest } = state
  const theirs = sql`${subscriptions.stripeCustomerId} = ${customer} AND ${subscriptions.askedAt} < ${state.askedAt}`
  const workspaceId = sql`(SELECT ${subscriptions.workspaceId} FROM ${subscriptions} WHERE ${theirs})`
  const where = sql`${workspaces.id} = ${workspaceId}
    AND (${workspaces.plan} <> ${plan} OR ${workspaces.planUntil} IS NOT ${planUntil})`
  await runBatch(db, {
    event: eventInsert(ctx, {
      verb: 'workspace.plan_changed',
      by: 'system',
      subject: 'workspace',
      id: sql`${workspaces.id}`,
      workspaceId: sql`${workspaces.id}`,
      changes: changesOf(workspaces, { plan, planUntil }),
      from: sql`${workspaces}`,
      when: where,
    }),
    planChanged: db
      .update(workspaces)
      .set({ plan, planUntil, ...versionStamp(workspaces, now) })
      .where(where),
    subscriptionKept: db.update(subscriptions).set(rest).where(theirs),
    eventKept: db.insert(stripeEvents).values({ id: event.id, type: event.type, createdAt: now }).onConflictDoNothing(),
  })
}
