// Members: who sees and changes whom.
import { describe, expect, it } from 'vitest'
import { api, problemOf, send } from '../support/api'
import { rows } from '../support/database'
import { founder, member, PASSWORD, type Person, signIn, team, unique } from '../support/factories'

const users = (person: Person) => api(person.token).v1.users

type Query = NonNullable<Parameters<ReturnType<typeof users>['$get']>[0]>['query']
type Patch = Parameters<ReturnType<typeof users>[':id']['$patch']>[0]['json']

async function listed(person: Person, query: Query = {}) {
  const response = await users(person).$get({ query })
  if (response.status !== 200) throw new Error(`listing answered ${response.status}`)
  return response.json()
}

const read = (person: Person, { id }: { id: string }) => users(person)[':id'].$get({ param: { id } })
const patch = (person: Person, { id }: { id: string }, json: Patch, ifMatch?: string) =>
  users(person)[':id'].$patch({ param: { id }, query: {}, header: { 'if-match': ifMatch }, json })
const remove = (person: Person, { id }: { id: string }, ifMatch?: string) =>
  users(person)[':id'].$delete({ param: { id }, query: {}, header: { 'if-match': ifMatch } })

describe('the list of members', () => {
  it('shows ADMIN and MANAGER everybody in the order they joined, SALES the team by name and state, CUSTOMER themselves', async () => {
    const { admin, manager, sales, rival, customer } = await team()
    const everybody = [admin, manager, sales, rival, customer].map(({ id }) => id).sort()
    for (const person of [admin, manager]) {
      const { data, nextCursor } = await listed(person)
      expect(data.map(({ id }) => id)).toEqual(everybody)
      expect(nextCursor).toBeNull()
    }
    expect((await listed(customer)).data.map(({ id }) => id)).toEqual([customer.id])
    await patch(admin, rival, { status: 'INACTIVE' })
    const { data } = await listed(sales)
    expect(data.map(({ id }) => id)).toEqual([admin, manager, sales, rival].map(({ id }) => id).sort())
    for (const colleague of data.filter(({ id }) => id !== sales.id)) {
      expect(Object.keys(colleague).sort()).toEqual(['id', 'name', 'status'])
      expect(colleague.status).toBe(colleague.id === rival.id ? 'INACTIVE' : 'ACTIVE')
    }
    expect(data.find(({ id }) => id === sales.id)).toMatchObject({ email: sales.email, role: 'SALES' })
  })

  it('tells SALES no role of a colleague, by no filter', async () => {
    const { sales } = await team()
    const ids = async (query: Query) => (await listed(sales, query)).data.map(({ id }) => id)
    expect(await ids({ role: 'ADMIN' })).toEqual([])
    expect(await ids({ role: 'SALES' })).toEqual([sales.id])
  })

  it('is narrowed by role and status, and read page by page', async () => {
    const { admin, manager, sales, rival, customer } = await team()
    expect((await patch(admin, rival, { status: 'INACTIVE' })).status).toBe(200)
    const ids = async (query: Query) => (await listed(admin, query)).data.map(({ id }) => id)
    expect(await ids({ role: 'SALES' })).toEqual([sales.id, rival.id].sort())
    expect(await ids({ role: 'SALES', status: 'ACTIVE' })).toEqual([sales.id])
    expect(await ids({ status: 'INACTIVE' })).toEqual([rival.id])
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listed(admin, { limit: 2, cursor })
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual([admin, manager, sales, rival, customer].map(({ id }) => id).sort())
  })

  it('shows no password and no hash', async () => {
    const { admin } = await team()
    const body = JSON.stringify(await listed(admin))
    expect(body).not.toMatch(/password|hash|\$2[aby]\$/i)
  })
})

describe('a member', () => {
  it('is seen by ADMIN and MANAGER; SALES and CUSTOMER find themselves and nobody else', async () => {
    const { admin, manager, sales, rival, customer } = await team()
    for (const person of [admin, manager]) {
      for (const each of [admin, manager, sales, rival, customer]) {
        const response = await read(person, each)
        if (response.status !== 200) throw new Error(`reading answered ${response.status}`)
        expect(await response.json()).toMatchObject({ id: each.id, email: each.email, role: each.role })
      }
    }
    for (const person of [sales, customer]) {
      expect((await read(person, person)).status).toBe(200)
      for (const other of [admin, rival]) expect((await problemOf(await read(person, other))).status).toBe(404)
    }
  })

  it('changes the own name, username and time zone, whatever the role', async () => {
    const { admin, manager, sales, customer } = await team()
    for (const person of [admin, manager, sales, customer]) {
      const username = unique('me')
      const response = await patch(person, person, { name: ' New Name ', username, timeZone: 'Europe/Berlin' })
      if (response.status !== 200) throw new Error(`changing answered ${response.status}`)
      expect(await response.json()).toMatchObject({ name: 'New Name', username, timeZone: 'Europe/Berlin' })
      expect(response.headers.get('ETag')).toBe('"2"')
    }
  })

  it('changes nobody else’s name: 403 to a MANAGER, who sees them, 404 to SALES and CUSTOMER, who do not', async () => {
    const { admin, manager, sales, rival, customer } = await team()
    expect(await problemOf(await patch(manager, sales, { name: 'X' }))).toMatchObject({
      status: 403,
      code: 'forbidden',
    })
    for (const person of [sales, customer]) {
      for (const other of [admin, rival]) expect((await patch(person, other, { name: 'X' })).status).toBe(404)
    }
    const names = await rows('SELECT name FROM users WHERE workspace_id = ? AND name = ?', admin.workspaceId, 'X')
    expect(names).toEqual([])
  })

  it('gets role and status from an ADMIN alone: everybody else is told so, also about themselves', async () => {
    const { admin, manager, sales, customer } = await team()
    for (const person of [manager, sales, customer]) {
      for (const change of [{ role: 'ADMIN' }, { status: 'ACTIVE' }, { name: 'X', role: person.role }] as const) {
        const problem = await problemOf(await patch(person, person, change))
        expect(problem).toMatchObject({ status: 403, code: 'forbidden' })
        expect(problem.detail).toContain('ADMIN')
      }
      expect((await remove(person, person)).status).toBe(403)
    }
    for (const role of ['MANAGER', 'CUSTOMER', 'ADMIN', 'SALES'] as const) {
      const response = await patch(admin, sales, { role })
      if (response.status !== 200) throw new Error(`changing answered ${response.status}`)
      expect((await response.json()).role).toBe(role)
    }
  })

  it('has the change recorded with what it was and is, and by whom', async () => {
    const { admin, sales } = await team()
    await patch(admin, sales, { role: 'MANAGER', name: 'Grace' })
    const query = "SELECT verb, actor_id, changes FROM events WHERE subject_id = ? AND verb = 'user.updated'"
    const [event] = await rows<{ verb: string; actor_id: string; changes: string }>(query, sales.id)
    expect(event?.actor_id).toBe(admin.id)
    expect(JSON.parse(event?.changes ?? '')).toEqual({ role: ['SALES', 'MANAGER'], name: ['SALES member', 'Grace'] })
  })

  it('that stays as was is not changed: same version, nothing recorded, and still refused to who may not', async () => {
    const { admin, manager, sales } = await team()
    for (const change of [{ name: 'SALES member' }, { role: 'SALES', status: 'ACTIVE', username: null }] as const) {
      const response = await patch(admin, sales, change)
      expect([response.status, response.headers.get('ETag')]).toEqual([200, '"1"'])
    }
    const recorded = await rows("SELECT 1 FROM events WHERE subject_id = ? AND verb = 'user.updated'", sales.id)
    expect(recorded).toEqual([])
    const refused = await problemOf(await patch(manager, sales, { name: 'SALES member' }))
    expect(refused).toMatchObject({ status: 403, code: 'forbidden', detail: 'Only an ADMIN changes another member.' })
  })

  it.each([
    ['no field', {}],
    ['an unknown time zone', { timeZone: 'Europe/Atlantis' }],
    ['an unknown role', { role: 'OWNER' }],
    ['a username with a letter that nobody sees', { username: 'ada\u3164' }],
    ['a name that nobody sees', { name: '\u200b\u3164 \u2060' }],
    ['a username with a space', { username: 'ada lovelace' }],
    ['a username that looks like an e-mail', { username: 'ada@example.com' }],
    ['an empty name', { name: '  ' }],
    ['an e-mail, which is not changed here', { email: 'new@example.com' }],
  ])('is not changed by %s', async (_what, json) => {
    const admin = await founder()
    const problem = await problemOf(await send(`/v1/users/${admin.id}`, { method: 'PATCH', token: admin.token, json }))
    expect(problem).toMatchObject({ status: 400, code: 'invalid' })
  })

  it('cannot take a username that somebody has, in any workspace and in any case', async () => {
    const { sales, rival } = await team()
    const stranger = await founder()
    const username = unique('Taken')
    expect((await patch(stranger, stranger, { username })).status).toBe(200)
    expect((await patch(rival, rival, { username: unique('mine') })).status).toBe(200)
    const wide = username.replace(/[!-~]/g, (each) => String.fromCodePoint(each.charCodeAt(0) + 0xfee0))
    for (const each of [username, username.toUpperCase(), wide]) {
      expect(await problemOf(await patch(sales, sales, { username: each }))).toMatchObject({
        status: 409,
        code: 'username_taken',
      })
    }
    expect((await patch(stranger, stranger, { username: null })).status).toBe(200)
    expect((await patch(sales, sales, { username })).status).toBe(200)
    expect((await signIn({ username, password: PASSWORD })).status).toBe(200)
    expect((await signIn({ username: wide, password: PASSWORD })).status).toBe(200)
  })

  it('is changed and removed only as it was read where If-Match is sent', async () => {
    const { admin, sales } = await team()
    const tag = (await read(admin, sales)).headers.get('ETag') ?? ''
    const first = await patch(admin, sales, { name: 'One' }, tag)
    const now = first.headers.get('ETag') ?? ''
    expect([first.status, now]).toEqual([200, '"2"'])
    for (const late of [await patch(admin, sales, { name: 'Two' }, tag), await remove(admin, sales, tag)]) {
      expect(await problemOf(late)).toMatchObject({ status: 412, code: 'stale' })
      expect(late.headers.get('ETag')).toBe(now)
    }
    expect((await remove(admin, sales, now)).status).toBe(204)
    expect((await read(admin, sales)).status).toBe(404)
  })

  it('of another workspace is not there, for any role and any verb', async () => {
    const { admin, manager, sales, customer } = await team()
    const stranger = await founder()
    const guest = await member(stranger, 'SALES')
    for (const person of [admin, manager, sales, customer]) {
      for (const other of [stranger, guest]) {
        expect((await read(person, other)).status).toBe(404)
        expect((await patch(person, other, { name: 'X' })).status).toBe(404)
      }
    }
    expect((await patch(admin, guest, { role: 'ADMIN' })).status).toBe(404)
    expect((await patch(admin, guest, { status: 'INACTIVE' })).status).toBe(404)
    expect((await remove(admin, guest)).status).toBe(404)
    const after = await rows(
      'SELECT id, name, role, status, version FROM users WHERE workspace_id = ? ORDER BY id',
      stranger.workspaceId,
    )
    expect(after).toEqual([
      { id: stranger.id, name: 'Ada Admin', role: 'ADMIN', status: 'ACTIVE', version: 1 },
      { id: guest.id, name: 'SALES member', role: 'SALES', status: 'ACTIVE', version: 1 },
    ])
    expect((await signIn({ email: guest.email, password: PASSWORD })).status).toBe(200)
  })
})
