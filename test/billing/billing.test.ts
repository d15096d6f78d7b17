// Billing: subscribing through Stripe's pages, and what its events make of a workspace, in whatever order they come.
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { bodyOf } from '../support/answers'
import { api, problemOf, send } from '../support/api'
import { customerOf, setSubscriptions, shop, subscribe, subscription, tell } from '../support/billing'
import { founder, member, type Person } from '../support/factories'

const DAY = 86_400_000

describe('where Stripe is set up', () => {
  let admin: Person
  const billing = async (fetch = shop()) => bodyOf(await api(admin.token, fetch).v1.billing.$get(), 200)
  const post = (path: string, fetch = shop()) =>
    send(`/v1/billing/${path}`, { method: 'POST', token: admin.token }, fetch)
  const planChanges = async () => {
    const page = await bodyOf(await api(admin.token).v1.events.$get({ query: { subject: admin.workspaceId } }), 200)
    return page.data.filter(({ type }) => type === 'workspace.plan_changed')
  }

  beforeEach(async () => {
    admin = await founder()
  })

  it('a workspace begins on FREE, with its limits and how far they are used', async () => {
    await api(admin.token).v1.customers.$post({ json: { name: 'Charles' } })
    expect(await billing()).toEqual({
      plan: 'FREE',
      status: null,
      renewsAt: null,
      endsAt: null,
      graceUntil: null,
      limits: expect.arrayContaining([
        { of: 'customers', count: 1, max: 250 },
        { of: 'users', count: 1, max: 3 },
      ]),
    })
  })

  it('checkout gives Stripe’s page for the plan, and the plan holds once Stripe says so', async () => {
    const page = await post('checkout')
    expect(page.status).toBe(200)
    expect(await page.json()).toEqual({ url: expect.stringMatching(/^https:\/\/checkout\.stripe\.test\/cs_test_/) })
    const customer = await customerOf(admin)
    const asked = await (await fetch(`${inject('stripe').url}/door/sessions?customer=${customer}`)).json()
    expect(asked).toMatchObject([
      {
        mode: 'subscription',
        client_reference_id: admin.workspaceId,
        'line_items[0][price]': 'price_pro',
        success_url: 'https://app.crm.test/billing?checkout=done',
      },
    ])
    expect((await billing()).plan).toBe('FREE')
    await setSubscriptions(customer, [subscription({ status: 'active' })])
    expect((await tell({ type: 'checkout.session.completed', customer })).status).toBe(200)
    expect(await billing()).toMatchObject({ plan: 'PRO', status: 'active', renewsAt: '2026-10-21T14:13:20.000Z' })
    expect(await planChanges()).toMatchObject([{ actor: { type: 'system' }, changes: { plan: ['FREE', 'PRO'] } }])
  })

  it('many at once and again make one customer at Stripe', async () => {
    const pages = await Promise.all(Array.from({ length: 5 }, () => post('checkout')))
    await post('checkout')
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    const rows = await env.DB.prepare('SELECT * FROM subscriptions WHERE workspace_id = ?')
      .bind(admin.workspaceId)
      .all()
    expect(rows.results).toHaveLength(1)
  })

  it('who has a subscription is sent to the portal, and who has none to checkout', async () => {
    expect((await problemOf(await post('portal'))).code).toBe('not_subscribed')
    const customer = await subscribe(admin)
    expect((await problemOf(await post('checkout'))).code).toBe('already_subscribed')
    expect(await (await post('portal')).json()).toEqual({ url: `https://portal.stripe.test/${customer}` })
  })

  it('is the ADMIN’s affair', async () => {
    const manager = await member(admin, 'MANAGER')
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/checkout'],
      ['POST', '/portal'],
    ]) {
      const refused = await send(`/v1/billing${path}`, { method, token: manager.token }, shop())
      expect((await problemOf(refused)).code).toBe('forbidden')
    }
  })

  it('with Stripe down it says so and when to come back, and nothing is half-done', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const refused = await post('checkout', shop({ STRIPE_SECRET_KEY: 'sk_test_down' }))
    expect(refused.headers.get('Retry-After')).toBe('30')
    expect((await problemOf(refused)).code).toBe('stripe_unavailable')
    expect(await customerOf(admin)).toBe('')
    expect(JSON.stringify(logged.mock.calls)).not.toContain('sk_test')
    logged.mockRestore()
  })

  it('what Stripe does not accept is said with its code, and no key is logged', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const problem = await problemOf(await post('checkout', shop({ STRIPE_SECRET_KEY: 'sk_test_refused' })))
    expect(problem).toMatchObject({ code: 'stripe_refused', detail: expect.stringContaining('resource_missing') })
    expect(JSON.stringify(logged.mock.calls)).not.toContain('sk_test')
    logged.mockRestore()
  })

  describe('the webhook', () => {
    it.each([
      ['made with another secret', { secret: 'whsec_other' }],
      ['older than five minutes', { at: Date.now() - 6 * 60_000 }],
      ['of another body', { sent: (payload: string) => `${payload} ` }],
      ['of another scheme', { secret: 'whsec_other', others: `,v0=${'0'.repeat(64)}` }],
    ])('refuses a signature %s', async (_, how) => {
      const customer = await subscribe(admin)
      await setSubscriptions(customer, [])
      expect((await problemOf(await tell({ customer }, how))).code).toBe('invalid_signature')
      expect((await billing()).plan).toBe('PRO')
    })

    it('takes an event that is signed with an old and a new secret', async () => {
      await post('checkout')
      const customer = await customerOf(admin)
      await setSubscriptions(customer, [subscription({ status: 'active' })])
      expect((await tell({ customer }, { others: `,v1=${'0'.repeat(64)}` })).status).toBe(200)
      expect((await billing()).plan).toBe('PRO')
    })

    it('refuses a body that was changed on its way, and one without a signature', async () => {
      const refused = await send('/v1/billing/webhook', { method: 'POST', json: { id: 'evt_1' } }, shop())
      expect((await problemOf(refused)).code).toBe('invalid_signature')
    })

    it('acknowledges customers and events that it does not know', async () => {
      expect((await tell({ customer: 'cus_of_another_shop' })).status).toBe(200)
      expect((await tell({ type: 'charge.succeeded', customer: 'cus_of_another_shop' })).status).toBe(200)
    })

    it('gives Stripe a 503 where it cannot ask back, and takes the event in when it comes again', async () => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
      await post('checkout')
      const customer = await customerOf(admin)
      await setSubscriptions(customer, [subscription({ status: 'active' })])
      const event = { id: `evt_${crypto.randomUUID()}`, customer }
      expect((await tell(event, { fetch: shop({ STRIPE_SECRET_KEY: 'sk_test_down' }) })).status).toBe(503)
      expect((await billing()).plan).toBe('FREE')
      expect((await tell(event)).status).toBe(200)
      expect((await billing()).plan).toBe('PRO')
      logged.mockRestore()
    })

    it('an event that comes twice, also at once, is one change', async () => {
      await post('checkout')
      const customer = await customerOf(admin)
      await setSubscriptions(customer, [subscription({ status: 'active' })])
      const event = { id: `evt_${crypto.randomUUID()}`, customer }
      await Promise.all([tell(event), tell(event), tell(event)])
      await tell(event)
      expect(await planChanges()).toHaveLength(1)
    })

    it('events in any order and number leave the workspace as Stripe has it', { tags: ['long'] }, async () => {
      const customer = await subscribe(admin)
      const statuses = ['active', 'past_due', 'canceled', 'unpaid', 'trialing', 'incomplete']
      const one = fc.record({ id: fc.constantFrom('sub_1', 'sub_2'), status: fc.constantFrom(...statuses) })
      await fc.assert(
        fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 4 }), fc.integer(), async (history, seed) => {
          const now = new Map(history.map(({ id, status }) => [id, subscription({ id, status })]))
          await setSubscriptions(customer, [...now.values()])
          // They tell of each step, but late, and shuffled.
          const events = [...history, ...history].toSorted((a, b) =>
            `${seed}${a.status}` < `${seed}${b.status}` ? 1 : -1,
          )
          for (const [i] of events.entries()) await tell({ id: `evt_${seed}_${i}_${crypto.randomUUID()}`, customer })
          const isPaid = [...now.values()].some(({ status }) => ['active', 'trialing', 'past_due'].includes(status))
          const row = await env.DB.prepare('SELECT plan FROM workspaces WHERE id = ?').bind(admin.workspaceId).first()
          expect(row).toEqual({ plan: isPaid ? 'PRO' : 'FREE' })
        }),
        { numRuns: 12 },
      )
    })

    it('a slow answer never overwrites a newer one', async () => {
      const customer = await subscribe(admin)
      await env.DB.prepare(
        "UPDATE subscriptions SET asked_at = '2999-01-01T00:00:00.000Z' WHERE stripe_customer_id = ?",
      )
        .bind(customer)
        .run()
      await setSubscriptions(customer, [])
      await tell({ customer })
      expect((await billing()).plan).toBe('PRO')
    })
  })

  it('an unpaid renewal leaves PRO for 14 days and then FREE, with all data kept', async () => {
    const from = Math.floor(Date.now() / 1_000)
    await subscribe(admin, { status: 'past_due', from })
    const graceUntil = new Date(from * 1_000 + 14 * DAY).toISOString()
    expect(await billing()).toMatchObject({ plan: 'PRO', status: 'past_due', graceUntil })
    await env.DB.prepare('UPDATE workspaces SET plan_until = ? WHERE id = ?')
      .bind(new Date(Date.now() - 1_000).toISOString(), admin.workspaceId)
      .run()
    expect(await billing()).toMatchObject({ plan: 'FREE', status: 'past_due' })
  })

  it('a cancelled subscription is FREE again, and can be taken out anew', async () => {
    const customer = await subscribe(admin)
    await setSubscriptions(customer, [subscription({ status: 'canceled' })])
    await tell({ type: 'customer.subscription.deleted', customer })
    expect(await billing()).toMatchObject({ plan: 'FREE', status: 'canceled', endsAt: '2026-09-21T14:13:20.000Z' })
    expect((await post('checkout')).status).toBe(200)
    expect(await customerOf(admin)).toBe(customer)
  })
})

describe('where it is not', () => {
  it.each([
    ['GET', ''],
    ['POST', '/checkout'],
    ['POST', '/portal'],
    ['POST', '/webhook'],
  ])('%s /v1/billing%s names what is missing', async (method, path) => {
    const { token } = await founder()
    const half = shop({ STRIPE_SECRET_KEY: undefined, STRIPE_PRICE_PRO: undefined })
    const problem = await problemOf(await send(`/v1/billing${path}`, { method, token }, half))
    expect(problem).toMatchObject({
      code: 'not_configured',
      detail: 'Billing needs STRIPE_SECRET_KEY, STRIPE_PRICE_PRO to be set.',
    })
  })

  it('checkout without a WORKER_URL says that Stripe could send nobody back', async () => {
    const { token } = await founder()
    const homeless = shop({ PUBLIC_URL: undefined, ENVIRONMENT: 'production', STRIPE_API_URL: undefined })
    const problem = await problemOf(await send('/v1/billing/checkout', { method: 'POST', token }, homeless))
    expect(problem).toMatchObject({ code: 'not_configured', detail: expect.stringContaining('WORKER_URL') })
  })
})
