// Filters, several values, and search beside any order, as clients ask for them: by parameters and by POST /v1/…/query.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { made, ownCustomer } from '../support/customers'
import { customer as customerOf, founder, type Person, team } from '../support/factories'
import { lead, seedLeads } from '../support/leads'

let people: Awaited<ReturnType<typeof team>>
beforeAll(async () => {
  people = await team()
})

const filtered = (path: string, filter: unknown, { token }: Pick<Person, 'token'>, rest = '') =>
  send(`${path}?filter=${encodeURIComponent(typeof filter === 'string' ? filter : JSON.stringify(filter))}${rest}`, {
    token,
  })
const titles = (data: { title: string }[]) => data.map(({ title }) => title).sort()

type Page = { data: { title: string }[]; nextCursor: string | null; total?: number; partial?: true; scanned?: object }
async function pageOf(query: string, token: string): Promise<Page> {
  const response = await send(`/v1/leads?${query}`, { token })
  expect(response.status).toBe(200)
  return JSON.parse(await response.text())
}

describe('a filter', () => {
  it('gives the same page as parameter and as body, walked to its end by cursor', async () => {
    const admin = await founder()
    for (const title of ['Alpha', 'Beta', 'Gamma'])
      await lead(admin, { title, source: title === 'Beta' ? 'fair' : 'web' })
    const filter = { not: { field: 'title', op: 'contains' as const, value: 'bet' } }
    const byParameter = await filtered('/v1/leads', filter, admin)
    expect(titles(JSON.parse(await byParameter.text()).data)).toEqual(['Alpha', 'Gamma'])
    const found: string[] = []
    for (let cursor: string | undefined | null; cursor !== null; ) {
      const json = { filter, limit: 1, ...(cursor && { cursor }) }
      const page = await bodyOf(api(admin.token).v1.leads.query.$post({ json }), 200)
      found.push(...titles(page.data))
      cursor = page.nextCursor
    }
    expect(found).toEqual(['Gamma', 'Alpha'])
  })

  it('holds beside all other parameters and counts what it finds', async () => {
    const admin = await founder()
    for (const title of ['Alpha', 'Beta']) await lead(admin, { title, ownerId: null })
    await lead(admin, { title: 'Alpha owned', ownerId: admin.id })
    const filter = { field: 'title', op: 'startsWith', value: 'alp' }
    const page = JSON.parse(await (await filtered('/v1/leads', filter, admin, '&owner=none&total=true')).text())
    expect([titles(page.data), page.total]).toEqual([['Alpha'], 1])
  })

  it.each(['leads', 'customers', 'interactions', 'tickets'])(
    'over %s is refused by the path of what is wrong',
    async (path) => {
      const { token } = people.admin
      const wrong = { and: [{ field: 'createdAtt', op: 'eq', value: 'today' }] }
      const { errors } = await refusalOf(filtered(`/v1/${path}`, wrong, people.admin), 400, 'invalid')
      expect(errors).toEqual([
        {
          path: 'query.filter.and.0.field',
          message: expect.stringContaining('Did you mean createdAt?'),
          code: 'unknown_field',
        },
      ])
      const body = JSON.stringify({ filter: wrong })
      const headers = { 'Content-Type': 'application/json' }
      const refused = await refusalOf(
        send(`/v1/${path}/query`, { token, method: 'POST', body, headers }),
        400,
        'invalid',
      )
      expect(refused.errors?.[0]?.path).toBe('body.filter.and.0.field')
      await refusalOf(filtered(`/v1/${path}`, '{"and":', people.admin), 400, 'invalid')
    },
  )

  it('may have twenty conditions on a related record, of a member with the least reach', async () => {
    const condition = { field: 'customer.company', op: 'contains', value: 'acme' }
    const response = await filtered('/v1/leads', { or: Array.from({ length: 20 }, () => condition) }, people.sales)
    expect(response.status).toBe(200)
  })

  it('finds no related record out of reach', async () => {
    const hidden = await ownCustomer(people.rival, { name: 'Hidden', company: 'Secret GmbH' })
    await made(people.rival, { name: 'Other' })
    const [row] = await seedLeads(people.sales.workspaceId, [
      { title: 'Mine', ownerId: people.sales.id, customerId: hidden.id },
    ])
    const filter = { field: 'customer.company', op: 'startsWith', value: 'secret' }
    const asSales = JSON.parse(await (await filtered('/v1/leads', filter, people.sales)).text())
    expect(asSales.data).toEqual([])
    const asAdmin = JSON.parse(await (await filtered('/v1/leads', filter, people.admin)).text())
    expect(asAdmin.data.map(({ id }: { id: string }) => id)).toEqual([row?.id])
  })

  it('does not tell a portal login of what it does not see', async () => {
    await customerOf(people.admin, { userId: people.customer.id, customFields: { plan: 'gold' } })
    for (const field of ['customFields.plan', 'nextFollowUpAt', 'ownerId', 'tags', 'keepInTouchDays']) {
      await refusalOf(filtered('/v1/customers', { field, op: 'notEmpty' }, people.customer), 400, 'invalid')
    }
    for (const query of [
      'customFields.plan=gold',
      'tag=vip',
      'followUpBefore=2027-01-01T00:00:00Z',
      'sort=nextTouchAt',
    ]) {
      await refusalOf(send(`/v1/customers?${query}`, { token: people.customer.token }), 400, 'invalid')
    }
  })
})

describe('several values', () => {
  it('of a status, a type, a priority are separated by commas or repeated', async () => {
    const admin = await founder()
    for (const status of ['NEW', 'CONTACTED', 'CLOSED'] as const) await lead(admin, { title: status, status })
    for (const query of ['status=NEW,CONTACTED', 'status=NEW&status=CONTACTED', 'status=CONTACTED,NEW,NEW']) {
      const page = await pageOf(`${query}&total=true`, admin.token)
      expect([titles(page.data), page.total]).toEqual([['CONTACTED', 'NEW'], 2])
    }
    for (const query of ['status=NEW,OLD', 'status=', 'status=NEW,']) {
      await refusalOf(send(`/v1/leads?${query}`, { token: admin.token }), 400, 'invalid')
    }
    for (const path of ['/v1/interactions?type=CALL,NOTE,TASK', '/v1/tickets?status=OPEN,CLOSED&priority=HIGH,LOW']) {
      expect((await send(path, { token: admin.token })).status).toBe(200)
    }
  })
})

describe('a search in another order', () => {
  const walked = async (token: string, query: string) => {
    const found: { title: string; partial: boolean }[] = []
    for (let cursor = ''; ; ) {
      const page = await pageOf(`${query}${cursor}`, token)
      found.push(...page.data.map(({ title }: { title: string }) => ({ title, partial: page.partial === true })))
      if (!page.nextCursor) return found
      cursor = `&cursor=${page.nextCursor}`
    }
  }

  it('sorts all hits, page by page, while they are fewer than 1,000', async () => {
    const { workspaceId, token } = await founder()
    const updatedAt = (i: number) => `2026-05-01T00:00:${String((i * 7) % 20).padStart(2, '0')}.000Z`
    await seedLeads(
      workspaceId,
      Array.from({ length: 20 }, (_, i) => ({ title: `Fair ${(i * 7) % 20}`, updatedAt: updatedAt(i) })),
    )
    const expected = Array.from({ length: 20 }, (_, i) => ({ title: `Fair ${i}`, partial: false }))
    expect(await walked(token, 'q=fair&sort=updatedAt&limit=7')).toEqual(expected)
    expect(await walked(token, 'q=fair&sort=-updatedAt&limit=7')).toEqual(expected.toReversed())
  })

  it('sorts the newest 1,000 of more, and says so', async () => {
    const { workspaceId, token } = await founder()
    const at = (i: number) => new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString()
    await seedLeads(
      workspaceId,
      Array.from({ length: 1_003 }, (_, i) => ({ title: `Fair ${i}`, createdAt: at(i), updatedAt: at(2_000 - i) })),
    )
    const page = await pageOf('q=fair&sort=-updatedAt&limit=2', token)
    expect(titles(page.data)).toEqual(['Fair 3', 'Fair 4'])
    expect([page.partial, page.scanned]).toEqual([true, { rows: 1_000, to: at(3) }])
    const whole = await pageOf('q=fair&limit=2', token)
    expect(whole.partial).toBeUndefined()
  })

  it('sorts the trash as well', async () => {
    const { workspaceId, token } = await founder()
    const seeds = ['b', 'a', 'c'].map((title, i) => ({
      title,
      deletedAt: '2026-05-01T00:00:00.000Z',
      updatedAt: `2026-05-01T00:00:0${2 - i}.000Z`,
    }))
    await seedLeads(workspaceId, seeds)
    expect((await walked(token, 'trashed=true&sort=updatedAt&limit=2')).map(({ title }) => title)).toEqual([
      'c',
      'a',
      'b',
    ])
  })
})
