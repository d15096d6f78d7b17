// The desk: pages for people, over the same verbs and the same access as the API.
/// <reference types="vite/types/importMeta.d.ts" />
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { de } from '../../src/desk/words/de'
import { en } from '../../src/desk/words/en'
import { bodyOf } from '../support/answers'
import { api, ORIGIN, send, worker } from '../support/api'
import { browser, markIn, textOf } from '../support/desk'
import { enquiry, founder, freshAddress, member, type Person, team, unproven } from '../support/factories'
import { ownLead, seedLeads } from '../support/leads'
import { mailing } from '../support/mailbox'

describe('the desk', () => {
  let people: Awaited<ReturnType<typeof team>>
  beforeEach(async () => {
    people = await team()
  })

  const followUp = async (by: Person, name: string, followUpAt = new Date(Date.now() - 3_600_000)) => {
    const customer = await bodyOf(await api(by.token).v1.customers.$post({ json: { name } }), 201)
    const json = {
      type: 'CALL' as const,
      customerId: customer.id,
      body: `Ring ${name}`,
      followUpAt: followUpAt.toISOString(),
    }
    return bodyOf(await api(by.token).v1.interactions.$post({ json }), 201)
  }

  it('asks who is not signed in to sign in, and says neither what was wrong nor who exists', async () => {
    const page = await browser().go('/dashboard')
    expect(page).toMatchObject({ status: 200, html: expect.stringContaining('action="/dashboard/sign-in/enter"') })
    const [wrong, unknown] = [
      await browser().signIn(people.sales, 'not the password'),
      await browser().signIn({ email: 'nobody@example.com' }),
    ]
    expect(wrong.status).toBe(401)
    expect(textOf(wrong).replace(/\S+@\S+/g, '')).toBe(textOf(unknown).replace(/\S+@\S+/g, ''))
    expect(textOf(wrong)).toContain('E-mail or password is wrong.')
    const asked = await browser().go('/dashboard/search?q=x')
    expect(asked.path).toBe(`/dashboard/sign-in?next=${encodeURIComponent('/dashboard/search?q=x')}`)
    expect((await browser().post('/dashboard/claim-next', {})).status).toBe(401)
  })

  it('shows the pool, what is due and what one has, each as the role may see it', async () => {
    await enquiry(people.admin.slug, { name: 'Pauline Pool' })
    await followUp(people.sales, 'Olga Own')
    await followUp(people.rival, 'Rita Rival')
    const own = browser()
    const page = await own.signIn(people.sales)
    expect(page.status).toBe(200)
    expect(textOf(page)).toContain('Pauline Pool')
    expect(textOf(page)).toContain('Olga Own')
    expect(textOf(page)).not.toContain('Rita Rival')
    expect(textOf(page)).not.toContain('Time to first contact')
    const all = textOf(await browser().signIn(people.manager))
    for (const seen of ['Olga Own', 'Rita Rival', 'Time to first contact', 'A visitor wrote in · Pauline Pool']) {
      expect(all).toContain(seen)
    }
    expect(textOf(await browser().signIn(await founder()))).not.toContain('Pauline Pool')
  })

  it('lists in the pool what is open, oldest first, as the figure counts it', async () => {
    const { leads } = api(people.manager.token).v1
    for (const [title, status] of [
      ['Closed long ago', 'CLOSED'],
      ['Waits longest', 'NEW'],
      ['Waits as well', 'QUALIFIED'],
    ] as const) {
      await bodyOf(leads.$post({ json: { title, status } }), 201)
    }
    for (const by of [people.manager, people.sales]) {
      const page = textOf(await browser().signIn(by))
      expect(page).not.toContain('Claim Closed long ago')
      expect(page).toMatch(/Waits longest.*Waits as well/)
    }
  })

  it('lists the leads to follow up that the figure counts, one’s own for SALES, and each is done with one button', async () => {
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
    const lead = async (by: Person, title: string, followUpAt: string, status: 'NEW' | 'CLOSED' = 'NEW') =>
      (await bodyOf(api(by.token).v1.leads.$post({ json: { title, followUpAt, status } }), 201)).id
    const mine = await lead(people.sales, 'Olga Own', at(-50))
    await lead(people.sales, 'Yves Yesterday', at(-26))
    await lead(people.sales, 'Clara Closed', at(-26), 'CLOSED')
    await lead(people.sales, 'Lena Later', at(90))
    const theirs = await lead(people.rival, 'Rita Rival', at(-50))
    const due = ({ html }: { html: string }) =>
      textOf({ html: /<section[^>]*aria-labelledby="due".*?<\/section>/s.exec(html)?.[0] ?? '' })
    const it = browser()
    const page = await it.signIn(people.sales)
    expect(textOf(page)).toMatch(/Overdue 2/)
    expect(due(page)).toMatch(/Olga Own.*Yves Yesterday/)
    for (const other of ['Clara', 'Lena', 'Rita']) expect(due(page)).not.toContain(other)
    expect(due(await browser().signIn(people.manager))).toContain('Rita Rival')
    const mark = markIn(page)
    const after = await it.post(`/dashboard/leads/${mine}/follow-up/done`, { mark })
    expect(textOf(after)).toContain('Done: Olga Own.')
    expect(due(after)).not.toContain('Olga')
    const refused = await it.post(`/dashboard/leads/${theirs}/follow-up/done`, { mark })
    expect(textOf(refused)).toContain('This is not here, or not for you to see.')
    expect((await it.post(`/dashboard/leads/${theirs}/follow-up/done`, {})).status).toBe(403)
    const left = await env.DB.prepare('SELECT follow_up_at FROM leads WHERE id = ?').bind(theirs).first()
    expect(left).not.toEqual({ follow_up_at: null })
  })

  it('costs two round trips, one for all figures and lists and one for names', async () => {
    await enquiry(people.admin.slug)
    const it = browser()
    await it.signIn(people.manager)
    const { headers } = await it.go('/dashboard')
    expect(headers.get('Server-Timing')).toContain('round trips 2,')
    expect((await it.go('/dashboard/search?q=ali')).headers.get('Server-Timing')).toMatch(/round trips [12],/)
  })

  it('a lead is claimed from the pool, and then is one’s own', async () => {
    const id = await enquiry(people.admin.slug, { name: 'Pauline Pool' })
    const it = browser()
    const mark = markIn(await it.signIn(people.sales))
    const after = await it.post(`/dashboard/leads/${id}/claim`, { mark, back: '/dashboard' })
    expect(textOf(after)).toContain('Pauline Pool is yours.')
    expect(textOf(after)).toContain('Every lead has somebody.')
    expect(textOf(await it.go('/dashboard'))).not.toContain('is yours.')
    expect(
      await bodyOf(await api(people.sales.token).v1.leads[':id'].$get({ param: { id }, query: {} }), 200),
    ).toMatchObject({
      ownerId: people.sales.id,
    })
  })

  it('who comes too late is told, on the page as it now is', async () => {
    const id = await enquiry(people.admin.slug, { name: 'Pauline Pool' })
    const [late, boss] = [browser(), browser()]
    const mark = markIn(await late.signIn(people.sales))
    const bossMark = markIn(await boss.signIn(people.manager))
    await api(people.rival.token).v1.leads[':id'].claim.$post({ param: { id } })
    const page = await late.post(`/dashboard/leads/${id}/claim`, { mark })
    expect(textOf(page)).toContain('SALES member was quicker and has this lead.')
    const { id: mine } = await ownLead(people.sales, { title: 'Mine' })
    const own = await late.post(`/dashboard/leads/${mine}/claim`, { mark })
    expect(textOf(own)).toContain('This lead is yours already.')
    expect(textOf(await boss.post(`/dashboard/leads/${id}/claim`, { mark: bossMark }))).toContain(
      'SALES member was quicker and has this lead.',
    )
  })

  it('the leads that are overdue longest come first, whatever closed ones lie before them', async () => {
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
    const { workspaceId, id: ownerId } = people.sales
    const seeds = Array.from({ length: 12 }, (_, i) => ({ ownerId, title: `Due ${i}`, followUpAt: ago(1 + i) }))
    const closed = Array.from({ length: 6_000 }, (_, i) => ({
      ...{ ownerId, title: 'Closed', status: 'CLOSED' as const, followUpAt: ago(400 + i) },
    }))
    await seedLeads(workspaceId, [...closed, ...seeds])
    const it = browser()
    await it.signIn(people.sales)
    const page = await it.go('/dashboard')
    const shown = textOf(page).match(/Due \d+/g)
    expect([...new Set(shown)]).toEqual(Array.from({ length: 8 }, (_, i) => `Due ${11 - i}`))
  })

  it('a follow-up is done with one button, of one’s own alone', async () => {
    const [mine, theirs] = [await followUp(people.sales, 'Olga Own'), await followUp(people.rival, 'Rita Rival')]
    const it = browser()
    const mark = markIn(await it.signIn(people.sales))
    expect(textOf(await it.post(`/dashboard/follow-ups/${mine.id}/done`, { mark }))).toContain('Nothing is due.')
    for (const id of [theirs.id, 'nonsense']) {
      const page = await it.post(`/dashboard/follow-ups/${id}/done`, { mark })
      expect(textOf(page)).toContain('This is not here, or not for you to see.')
    }
    const undone = await env.DB.prepare('SELECT done_at FROM interactions WHERE id = ?').bind(theirs.id).first()
    expect(undone).toEqual({ done_at: null })
  })

  it('finds customers and leads within reach, by any part', async () => {
    await enquiry(people.admin.slug, { name: 'Pauline Pool' })
    await followUp(people.sales, 'Paul Own')
    await followUp(people.rival, 'Paula Rival')
    const it = browser()
    await it.signIn(people.sales)
    const found = textOf(await it.go('/dashboard/search?q=PAUL'))
    expect(found).toContain('Pauline Pool')
    expect(found).toContain('Paul Own')
    expect(found).not.toContain('Paula Rival')
    expect((await it.go('/dashboard/search')).status).toBe(200)
    expect((await it.go(`/dashboard/search?q=${'x'.repeat(5_000)}`)).status).toBe(200)
  })

  it('says of a full page of hits that it is not all', async () => {
    const { leads } = api(people.sales.token).v1
    await Promise.all(Array.from({ length: 21 }, () => leads.$post({ json: { title: 'Fair in Pau', name: 'Paul' } })))
    const it = browser()
    await it.signIn(people.sales)
    expect(textOf(await it.go('/dashboard/search?q=paul'))).toContain('Show all')
  })

  it('leads a portal login to their own page, and lets out', async () => {
    const it = browser()
    const page = await it.signIn(people.customer)
    expect(page.path).toBe('/dashboard/portal')
    expect(textOf(page)).toContain('There is no record for your login yet.')
    expect(textOf(await it.post('/dashboard/sign-out', { mark: markIn(page) }))).toContain('You are signed out.')
  })

  it('shows and does nothing for an unverified address where that is asked for, but lets out', async () => {
    const id = await enquiry(people.admin.slug, { name: 'Pauline Pool' })
    const it = browser(worker(mailing({ REQUIRE_VERIFIED_EMAIL: 'true' })))
    const page = await it.signIn(await unproven(await member(people.admin, 'SALES')))
    const mark = markIn(page)
    for (const seen of [
      page,
      await it.go('/dashboard/search?q=paul'),
      await it.post(`/dashboard/leads/${id}/claim`, { mark }),
    ]) {
      expect(seen.status).toBe(403)
      expect(textOf(seen)).toContain('Follow the link in the mail')
      expect(textOf(seen)).not.toContain('Pauline Pool')
    }
    expect(textOf(await it.post('/dashboard/sign-out', { mark }))).toContain('You are signed out.')
    await env.DB.prepare('UPDATE users SET email_verified_at = created_at WHERE id = ?').bind(people.sales.id).run()
    expect(textOf(await it.signIn(people.sales))).toContain('Pauline Pool')
  })

  it('writes whatever a visitor typed as text', async () => {
    const evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    await enquiry(people.admin.slug, { name: evil, interest: evil })
    const it = browser()
    for (const page of [
      await it.signIn(people.manager),
      await it.go(`/dashboard/search?q=${encodeURIComponent(evil)}`),
    ]) {
      expect(page.html.replace('<script src="/desk.js" defer=""></script>', '')).not.toMatch(/<script|<img/)
      expect(page.html).toContain('&lt;script&gt;')
    }
  })

  it('lets no foreign script, no frame and no foreign sheet in, and is never stored', async () => {
    const it = browser()
    for (const { headers, html } of [
      await it.go('/dashboard'),
      await it.signIn(people.sales),
      await it.go('/dashboard/nowhere'),
    ]) {
      const policy = headers.get('Content-Security-Policy')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("style-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(headers.get('Cache-Control')).toBe('no-store')
      expect(html).not.toMatch(/<script(?! src="\/desk\.js" defer=""><\/script>)|<style|\sstyle=|\son\w+=/)
    }
  })

  it('signing out ends the session, whoever kept the cookie', async () => {
    const it = browser()
    const mark = markIn(await it.signIn(people.sales))
    const kept = new Map(it.cookies)
    expect(textOf(await it.post('/dashboard/sign-out', { mark }))).toContain('You are signed out.')
    expect([...it.cookies.keys()]).toEqual(['edge_crm_device'])
    const thief = browser()
    for (const [name, value] of kept) thief.cookies.set(name, value)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 })
    expect((await thief.go('/dashboard')).html).toContain('action="/dashboard/sign-in/enter"')
    vi.useRealTimers()
  })

  it('stays signed in past the quarter of an hour that a token lives', async () => {
    const it = browser()
    await it.signIn(people.sales)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 })
    expect(textOf(await it.go('/dashboard'))).toContain('Sign out')
    expect(textOf(await it.go('/dashboard'))).toContain('Sign out')
    vi.useRealTimers()
  })
})

describe('the words of the desk', () => {
  const keysOf = (words: object, path = ''): string[] =>
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null
        ? keysOf(value, `${path}${key}.`)
        : [`${path}${key}: ${typeof value}`],
    )

  it('in German are those in English, and none is empty', () => {
    expect(keysOf(de).toSorted()).toEqual(keysOf(en).toSorted())
    expect(keysOf(en).length).toBeGreaterThan(300)
    expect(JSON.stringify([en, de])).not.toContain(':""')
  })
})

describe('a list of 25', () => {
  it('has 30 KB of HTML at most, as it goes over the wire', async () => {
    const admin = await founder()
    const name = (i: number) => `${crypto.randomUUID()} ${i}`
    const seeds = Array.from({ length: 30 }, (_, i) => ({ name: name(i), interest: name(i), ownerId: admin.id }))
    await seedLeads(admin.workspaceId, seeds)
    const it = browser()
    await it.signIn(admin)
    for (const path of ['/leads', '/leads/board', '']) {
      const { html } = await it.go(`/dashboard${path}`)
      const zipped = new Response(html).body?.pipeThrough(new CompressionStream('gzip'))
      expect((await new Response(zipped).arrayBuffer()).byteLength, path).toBeLessThan(30_000)
    }
  })
})

describe('what happened', () => {
  const sources = import.meta.glob<string>('../../src/**/*.ts', { query: '?raw', import: 'default', eager: true })
  const verbs = Object.values(sources).flatMap((text) =>
    [...text.matchAll(/verb: '([a-z_]+\.[a-z_]+)'/g)].map(([, verb = '']) => verb),
  )

  it.each([en, de])('is said in words of $name, whatever is recorded', (words) => {
    expect(verbs.length).toBeGreaterThan(40)
    const unsaid = [...new Set(verbs)].filter((verb) => {
      const said = words.deeds.of(verb, { isMine: false, fields: [] })
      return said.includes(verb) || said === verb.replace('.', ' ')
    })
    expect(unsaid).toEqual([])
  })
})

describe('a form from elsewhere', () => {
  it('is refused: of another origin, without the mark, with that of another session', async () => {
    const { sales, rival, admin } = await team()
    const id = await enquiry(admin.slug)
    const [it, other] = [browser(), browser()]
    const mark = markIn(await it.signIn(sales))
    const foreign = markIn(await other.signIn(rival))
    const path = `/dashboard/leads/${id}/claim`
    for (const [fields, headers] of [
      [{ mark }, { Origin: 'https://evil.example' }],
      [{ mark }, { Origin: 'null' }],
      [{}, { Origin: ORIGIN }],
      [{ mark: foreign }, { Origin: ORIGIN }],
    ] as const) {
      const page = await it.post(path, { ...fields }, headers)
      expect(page.status).toBe(403)
      expect(page.headers.get('Content-Type')).toContain('text/html')
    }
    const lead = await bodyOf(await api(admin.token).v1.leads[':id'].$get({ param: { id }, query: {} }), 200)
    expect(lead.ownerId).toBeNull()
    const stranger = { email: sales.email, password: 'correct horse battery' }
    expect(
      (await browser().post('/dashboard/sign-in/enter', stranger, { Origin: 'https://evil.example' })).status,
    ).toBe(403)
  })

  it('the cookie opens no door of the API, and a bearer token none of the desk', async () => {
    const { sales } = await team()
    const it = browser()
    await it.signIn(sales)
    const cookie = [...it.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    expect((await send('/v1/leads', { headers: { Cookie: cookie } })).status).toBe(401)
    const page = await send('/dashboard', { token: sales.token })
    expect(page.headers.get('Location')).toBe('/dashboard/sign-in')
  })

  it('the cookie is kept from scripts, other sites and the clear, and no one else’s seal fits', async () => {
    const admin = await founder()
    const deployed = worker({ ENVIRONMENT: 'production' })
    const response = await deployed(`${ORIGIN}/dashboard/sign-in/enter`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Origin: ORIGIN, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ email: admin.email, password: 'correct horse battery' }).toString(),
    })
    const cookies = response.headers.getSetCookie()
    expect(cookies).toHaveLength(2)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Host-edge_crm_/)
      for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/;']) expect(cookie).toContain(attribute)
      expect(cookie).not.toMatch(/domain/i)
      expect(cookie).not.toContain(admin.email)
    }
    const it = browser()
    it.cookies.set('edge_crm_dashboard', 'AAAA.BBBB')
    expect(await it.go('/dashboard')).toMatchObject({ status: 200, html: expect.stringContaining('Sign in') })
  })
})

it('says only what was done: a notice that somebody else put into the browser is not shown', async () => {
  const it = browser()
  it.cookies.set('edge_crm_notice', 'Call 0900 555 to keep your account')
  expect(textOf(await it.go('/dashboard'))).not.toContain('0900')
  expect(it.cookies.has('edge_crm_notice')).toBe(false)
})

it('knows the browser again in which a member has signed in: strangers do not lock it out', async () => {
  const admin = await founder()
  const fetch = worker()
  const from = (address: string) =>
    browser((input, init) => {
      const request = new Request(input, init)
      request.headers.set('CF-Connecting-IP', address)
      return fetch(request)
    })
  const own = from(freshAddress())
  await own.post('/dashboard/sign-out', { mark: markIn(await own.signIn(admin)) })
  for (let i = 0; i < 10; i += 1) expect((await from(freshAddress()).signIn(admin, `wrong ${i}`)).status).toBe(401)
  expect((await from(freshAddress()).signIn(admin)).status).toBe(429)
  expect(textOf(await own.signIn(admin))).toContain('Sign out')
})

describe('when something is down', () => {
  it('failures are pages too: a full window, a broken database, a path that is not there', async () => {
    const limited = browser(worker({ RATE_LIMIT_MAX: '1' }))
    const refused = await limited.go('/dashboard')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('Retry-After')).not.toBeNull()
    expect(refused.headers.get('Content-Type')).toContain('text/html')
    const { sales } = await team()
    const it = browser()
    await it.signIn(sales)
    expect(await it.go('/dashboard/nowhere')).toMatchObject({ status: 404, html: expect.stringContaining('Back to') })
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const broken = browser(
      worker({
        DB: {
          withSession: () => ({
            prepare: () => {
              throw new Error('D1 is away')
            },
          }),
        },
      }),
    )
    for (const [name, value] of it.cookies) broken.cookies.set(name, value)
    const page = await broken.go('/dashboard')
    expect(page.status).toBeGreaterThanOrEqual(500)
    expect(page.html).toContain('Back to the desk')
    expect(page.html).not.toContain('D1 is away')
    logged.mockRestore()
  })

  it('a locked account is told to wait, on the form', async () => {
    const member_ = await member(await founder(), 'SALES')
    const it = browser()
    for (let i = 0; i < 10; i++) await it.signIn(member_, 'wrong')
    const page = await it.signIn(member_)
    expect(page.status).toBe(429)
    expect(textOf(page)).toContain('wait 15 minutes')
  })
})
