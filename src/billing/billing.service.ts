// Billing: the plan with its limits and counts, and links to Stripe's pages to subscribe or change the subscription.
import { eq, sql } from 'drizzle-orm'
import { hasPages, linkTo } from '../config'
import type { Ctx } from '../context'
import { subscriptions, workspaces } from '../db/schema'
import { columnIn } from '../db/sql'
import { AppError } from '../errors'
import { countOf, planAt } from './limits'
import { LIMITED, type Limited, PLANS } from './plans'
import { openStripe, requireBilling } from './stripe'

const isLimited = (name: string): name is Limited => Object.hasOwn(LIMITED, name)
const limited = Object.keys(LIMITED).filter(isLimited)

/** The current plan, its subscription, and each limit with its count. Throws `not_configured`. */
export async function getBilling(ctx: Ctx) {
  requireBilling(ctx.config)
  const { plan, planUntil, counts, ...state } = await stateOf(ctx)
  const used: Partial<Record<string, number>> = JSON.parse(counts)
  return {
    ...state,
    plan,
    graceUntil: planUntil,
    limits: limited.map((of) => ({ of, count: used[of] ?? 0, max: PLANS[plan][of] })),
  }
}

/**
 * Stripe's checkout page for PRO. Stripe has one customer for each workspace, even after concurrent requests.
 * Throws `already_subscribed`, and what the client of Stripe throws.
 */
export async function openCheckout(ctx: Ctx): Promise<{ url: string }> {
  const { config, actor } = ctx
  const [stripe, back] = [openStripe(config), billingPageUrl(ctx)]
  const state = await stateOf(ctx)
  if (state.isSubscribed) throw new AppError('already_subscribed', { detail: 'POST /v1/billing/portal changes it.' })
  const metadata = { workspaceId: actor.workspaceId }
  const customer =
    state.stripeCustomerId ??
    (await stripe.createCustomer({ name: state.name, metadata }, `workspace ${actor.workspaceId}`)).id
  if (state.stripeCustomerId === null) await saveCustomer(ctx, customer)
  const session = await stripe.createCheckoutSession({
    mode: 'subscription',
    customer,
    client_reference_id: actor.workspaceId,
    line_items: [{ price: config.STRIPE_PRICE_PRO ?? '', quantity: 1 }],
    success_url: `${back}?checkout=done`,
    cancel_url: `${back}?checkout=cancelled`,
    subscription_data: { metadata },
  })
  return { url: session.url ?? back }
}

/** Stripe's page for cards, invoices and cancelling. Throws `not_subscribed`, and what the client of Stripe throws. */
export async function openPortal(ctx: Ctx): Promise<{ url: string }> {
  const [stripe, back] = [openStripe(ctx.config), billingPageUrl(ctx)]
  const { stripeCustomerId: customer } = await stateOf(ctx)
  if (customer === null) throw new AppError('not_subscribed', { detail: 'POST /v1/billing/checkout comes first.' })
  const { url } = await stripe.createPortalSession({ customer, return_url: back })
  return { url }
}

// The page to which Stripe redirects.
function billingPageUrl({ config }: Ctx): string {
  if (!hasPages(config)) {
    throw new AppError('not_configured', { detail: 'Billing needs WORKER_URL to be set: Stripe redirects there.' })
  }
  return linkTo(config, 'billing')
}

async function saveCustomer({ db, actor, now }: Ctx, stripeCustomerId: string): Promise<void> {
  const row = { workspaceId: actor.workspaceId, stripeCustomerId, askedAt: '', createdAt: now }
  await db.insert(subscriptions).values(row).onConflictDoNothing()
}

async function stateOf({ db, actor, now }: Ctx) {
  const home = sql`(SELECT * FROM ${workspaces} WHERE ${eq(workspaces.id, actor.workspaceId)}) AS home`
  const counts = limited.map((of) => sql`${sql.raw(`'${of}'`)}, ${countOf({ now }, of, actor.workspaceId)}`)
  const [state] = await db
    .select({
      name: sql<string>`${columnIn('home', workspaces.name)}`.as('name'),
      plan: planAt(now).as('plan_now'),
      planUntil: sql<string | null>`${columnIn('home', workspaces.planUntil)}`.as('grace_until'),
      stripeCustomerId: sql<string | null>`${columnIn('s', subscriptions.stripeCustomerId)}`.as('stripe_customer'),
      status: sql<string | null>`${columnIn('s', subscriptions.status)}`.as('status'),
      renewsAt: sql<string | null>`${columnIn('s', subscriptions.renewsAt)}`.as('renews_at'),
      endsAt: sql<string | null>`${columnIn('s', subscriptions.endsAt)}`.as('ends_at'),
      isSubscribed: sql<number>`${columnIn('home', workspaces.plan)} = 'PRO'`.as('is_subscribed'),
      counts: sql<string>`json_object(${sql.join(counts, sql`, `)})`.as('counts'),
    })
    .from(
      sql`${home} LEFT JOIN ${subscriptions} AS s ON ${columnIn('s', subscriptions.workspaceId)} = ${columnIn('home', workspaces.id)}`,
    )
  if (!state) throw new AppError('not_found')
  return state
}
