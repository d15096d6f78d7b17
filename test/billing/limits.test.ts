// The limits of a plan: exact in every way by which a customer or a member comes to be, and in nobody's way otherwise.
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { PLANS } from '../../src/billing/plans'
import { bodyOf } from '../support/answers'
import { api, problemOf, send } from '../support/api'
import { shop, subscribe } from '../support/billing'
import { enquiry, founder, member, PASSWORD, type Person, unique } from '../support/factories'

const { customers: MAX, users: SEATS } = PLANS.FREE
const fetch = shop()

/** Customers of the workspace, so that so many more fit. */
async function fillUp({ workspaceId }: Person, room = 0) {
  const at = new Date().toISOString()
  await env.DB.prepare(
    `INSERT INTO customers (id, workspace_id, name, sort_name, created_at, updated_at)
     SELECT lower(hex(randomblob(16))), ?1, 'Filler', 'filler', ?2, ?2
     FROM json_each(?3)`,
  )
    .bind(workspaceId, at, JSON.stringify(Array.from({ length: MAX - room }, () => 0)))
    .run()
}

const count = async ({ workspaceId }: Person) => {
  const where = 'workspace_id = ? AND deleted_at IS NULL'
  const row = await env.DB.prepare(`SELECT count(*) AS n FROM customers WHERE ${where}`)
    .bind(workspaceId)
    .first<{ n: number }>()
  return row?.n
}

describe('customers', () => {
  let admin: Person
  beforeEach(async () => {
    admin = await founder()
  })
  const crm = () => api(admin.token, fetch).v1
  const full = {
    code: 'plan_limit',
    status: 402,
    limit: { of: 'customers', count: MAX, max: MAX },
    upgradeUrl: 'https://app.crm.test/billing',
    detail: `The plan has room for ${MAX} customers, and there are ${MAX}.`,
  }

  it('fifty at once for one place make one', async () => {
    await fillUp(admin, 1)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => crm().customers.$post({ json: { name: `N${i}` } })),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, ...Array(49).fill(402)])
    expect(await count(admin)).toBe(MAX)
  })

  it('none is made over the limit: not by POST, upsert, conversion or restoring; what is there goes on', async () => {
    await fillUp(admin, 1)
    const customer = await bodyOf(
      await crm().customers.$post({ json: { name: 'Last', email: 'last@example.com' } }),
      201,
    )
    await crm().customers[':id'].$delete({ param: { id: customer.id }, header: {} })
    await fillUp(admin, MAX - 1)
    const lead = await enquiry(admin.slug, { email: `${unique('new')}@example.com` })
    expect(await problemOf(await crm().customers.$post({ json: { name: 'More' } }))).toMatchObject(full)
    const upsert = { query: { match: 'email' as const }, json: { name: 'More', email: 'more@example.com' } }
    expect(await problemOf(await crm().customers.$put(upsert))).toMatchObject(full)
    expect(await problemOf(await crm().leads[':id'].convert.$post({ param: { id: lead }, json: {} }))).toMatchObject(
      full,
    )
    expect(await problemOf(await crm().customers[':id'].restore.$post({ param: { id: customer.id } }))).toMatchObject(
      full,
    )
    expect(await count(admin)).toBe(MAX)
    const untouched = await bodyOf(await crm().leads[':id'].$get({ param: { id: lead }, query: {} }), 200)
    expect(untouched).toMatchObject({ status: 'NEW', customerId: null })
  })

  it('with the plan full, customers are read, changed, upserted, converted into and deleted as ever', async () => {
    await fillUp(admin, 1)
    const email = `${unique('known')}@example.com`
    const { id } = await bodyOf(await crm().customers.$post({ json: { name: 'Known', email } }), 201)
    expect((await crm().customers.$get({ query: {} })).status).toBe(200)
    expect((await crm().customers[':id'].$patch({ param: { id }, header: {}, json: { name: 'Renamed' } })).status).toBe(
      200,
    )
    expect((await crm().customers.$put({ query: { match: 'email' }, json: { name: 'Again', email } })).status).toBe(200)
    const lead = await enquiry(admin.slug, { email })
    expect((await crm().leads[':id'].convert.$post({ param: { id: lead }, json: {} })).status).toBe(200)
    expect((await crm().customers[':id'].$delete({ param: { id }, header: {} })).status).toBe(204)
    expect((await crm().customers.$post({ json: { name: 'In its place' } })).status).toBe(201)
  })

  it('PRO makes room, and its end takes nothing away', async () => {
    await fillUp(admin)
    await subscribe(admin)
    expect((await crm().customers.$post({ json: { name: 'More' } })).status).toBe(201)
    await env.DB.prepare("UPDATE workspaces SET plan = 'FREE' WHERE id = ?").bind(admin.workspaceId).run()
    expect((await problemOf(await crm().customers.$post({ json: { name: 'Too many' } }))).limit?.count).toBe(MAX + 1)
    expect(await count(admin)).toBe(MAX + 1)
  })

  it('a taken e-mail is told before a full plan', async () => {
    await fillUp(admin, 1)
    const json = { name: 'Known', email: 'known@example.com' }
    await crm().customers.$post({ json })
    expect((await problemOf(await crm().customers.$post({ json }))).code).toBe('customer_exists')
  })

  it('without Stripe there is no limit', async () => {
    await fillUp(admin)
    expect((await api(admin.token).v1.customers.$post({ json: { name: 'More' } })).status).toBe(201)
  })
})

describe('imports', () => {
  const csv = (from: number, to: number) =>
    ['name,email', ...Array.from({ length: to - from }, (_, i) => `N${from + i},n${from + i}@example.com`)].join('\n')
  const send_ = (admin: Person, body: string, query = '') =>
    send(
      `/v1/imports?entity=customers${query}`,
      { method: 'POST', token: admin.token, headers: { 'Content-Type': 'text/csv' }, body },
      fetch,
    )

  it('write as many rows as there is room for, and say so of the others, as the dry run did', async () => {
    const admin = await founder()
    await fillUp(admin, 3)
    const figures = { received: 5, created: 3, failed: 2 }
    expect(await (await send_(admin, csv(0, 5), '&dryRun=true')).json()).toMatchObject(figures)
    const report = await (await send_(admin, csv(0, 5))).json()
    expect(report).toMatchObject({
      ...figures,
      errors: [
        { line: 5, code: 'plan_limit' },
        { line: 6, code: 'plan_limit' },
      ],
    })
    expect(await count(admin)).toBe(MAX)
    expect(await (await send_(admin, csv(0, 3))).json()).toMatchObject({ unchanged: 3, failed: 0 })
  })

  it('are as many in a month as the plan says, dry runs not counted', async () => {
    const admin = await founder()
    await send_(admin, csv(0, 1), '&dryRun=true')
    for (let i = 0; i < PLANS.FREE.imports; i++) expect((await send_(admin, csv(i, i + 1))).status).toBe(201)
    expect((await problemOf(await send_(admin, csv(90, 91)))).limit).toEqual({ of: 'imports', count: 10, max: 10 })
    expect((await send_(admin, csv(90, 91), '&dryRun=true')).status).toBe(200)
  })
})

describe('API keys', () => {
  it('are as many as the plan has room for, and a revoked one makes room', async () => {
    const admin = await founder()
    const { 'api-keys': keys } = api(admin.token, fetch).v1
    const make = () => keys.$post({ json: { name: 'A machine', scopes: ['leads:read'] } })
    const answers = await Promise.all(Array.from({ length: PLANS.FREE.apiKeys + 2 }, make))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(PLANS.FREE.apiKeys)
    expect((await problemOf(await make())).limit?.of).toBe('apiKeys')
    const { data } = await bodyOf(await keys.$get({ query: {} }), 200)
    expect((await keys[':id'].$delete({ param: { id: data[0]?.id ?? '' } })).status).toBe(204)
    expect((await make()).status).toBe(201)
  })
})

describe('members', () => {
  let admin: Person
  beforeEach(async () => {
    admin = await founder()
  })
  const invite = (role: 'SALES' | 'CUSTOMER', using = fetch) =>
    api(admin.token, using).v1.workspace.invitations.$post({ json: { email: `${unique('new')}@example.com`, role } })
  const accept = async ({ email, token }: { email: string; token: string }) =>
    api(undefined, fetch).v1.auth.register.$post({
      json: { email, password: PASSWORD, name: 'New', invitationToken: token },
    })
  const full = { code: 'plan_limit', limit: { of: 'users', count: SEATS, max: SEATS } }

  it('of those who accept at once, as many join as there are seats, and the other invitations stay good', async () => {
    const invited = await Promise.all(Array.from({ length: SEATS + 1 }, async () => bodyOf(await invite('SALES'), 201)))
    const answers = await Promise.all(invited.map(accept))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(SEATS - 1)
    expect(statuses.filter((status) => status === 402)).toHaveLength(2)
    await subscribe(admin)
    const late = invited.filter((_, i) => statuses[i] === 402)
    for (const invitation of late) expect((await accept(invitation)).status).toBe(201)
  })

  it('a full team invites nobody but customers, wakes nobody, and promotes no portal login', async () => {
    const portal = await member(admin, 'CUSTOMER')
    const sleeper = await member(admin, 'SALES')
    const patch = (id: string, json: object) =>
      send(`/v1/users/${id}`, { method: 'PATCH', token: admin.token, json }, fetch)
    expect((await patch(sleeper.id, { status: 'INACTIVE' })).status).toBe(200)
    for (let seats = 1; seats < SEATS; seats++) await member(admin, 'SALES')
    expect(await problemOf(await invite('SALES'))).toMatchObject(full)
    expect((await invite('CUSTOMER')).status).toBe(201)
    expect(await problemOf(await patch(sleeper.id, { status: 'ACTIVE' }))).toMatchObject(full)
    expect(await problemOf(await patch(portal.id, { role: 'SALES' }))).toMatchObject(full)
    expect((await patch(portal.id, { name: 'Renamed' })).status).toBe(200)
    expect((await patch(sleeper.id, { name: 'Still asleep' })).status).toBe(200)
  })
})
