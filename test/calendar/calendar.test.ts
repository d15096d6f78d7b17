// The calendar feed, read by a reader that forgives nothing: lines, folding, escapes, required properties.
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { calendarText, type Entry } from '../../src/calendar/calendar.ics'
import { bodyOf, costOf, refusalOf } from '../support/answers'
import { api, problemOf, send, worker } from '../support/api'
import { failingDatabase, LOST } from '../support/bindings'
import { made, ownCustomer } from '../support/customers'
import { everythingStored, rows } from '../support/database'
import { customer, founder, type Person, team, unproven } from '../support/factories'
import { logged, ownLead, seedInteractions } from '../support/interactions'
import { lead, ownLead as ownLeadOf } from '../support/leads'
import { mailing } from '../support/mailbox'

const DAY = 24 * 3_600_000
const ahead = (days: number) => new Date(Date.now() + days * DAY).toISOString()
const octets = (text: string) => new TextEncoder().encode(text).length

type Component = { name: string; properties: Map<string, string>; events: Component[] }

/** Reads an iCalendar stream strictly by RFC 5545, or throws. */
function parsed(text: string): Component {
  if (!text.endsWith('\r\n')) throw new Error('The last line is not ended')
  const physical = text.slice(0, -2).split('\r\n')
  for (const line of physical) {
    if (octets(line) > 75) throw new Error(`A line of ${octets(line)} octets`)
    if (/[\r\n]/.test(line)) throw new Error('A line break by itself')
    if (!line.isWellFormed() || /[\p{Cc}]/u.test(line.replaceAll('\t', ''))) throw new Error('A control character')
  }
  const lines = text
    .slice(0, -2)
    .replace(/\r\n[ \t]/g, '')
    .split('\r\n')
  const stack: Component[] = []
  let root: Component | undefined
  for (const line of lines) {
    const [, name = '', value = ''] =
      /^([A-Z-]+)(?:;[A-Z]+=[A-Z]+)*:(.*)$/s.exec(line) ?? expect.fail(`No content line: ${line}`)
    const open = stack.at(-1)
    if (name === 'BEGIN') stack.push({ name: value, properties: new Map(), events: [] })
    else if (name === 'END') {
      const done = stack.pop()
      if (done?.name !== value) throw new Error(`END of ${value}`)
      if (stack.length > 0) stack.at(-1)?.events.push(done)
      else root = done
    } else if (!open || open.properties.has(name)) throw new Error(`${name} stands twice or nowhere`)
    else open.properties.set(name, value)
  }
  if (!root || stack.length > 0) throw new Error('Not ended')
  return root
}

/** TEXT without its escapes; throws where a character that must be escaped is not. */
function plain(value = ''): string {
  return value.replace(/\\(.?)|[;,]/gsu, (found, escaped: string | undefined) => {
    if (!escaped || !'\\;,nN'.includes(escaped)) throw new Error(`Not escaped: ${found} in ${value}`)
    return escaped.toLowerCase() === 'n' ? '\n' : escaped
  })
}

const link = async (by: Person) => (await bodyOf(api(by.token).v1.calendar.$post(), 201)).url
const tokenOf = (url: string) => new URL(url).searchParams.get('token') ?? ''
const get = (token: string, headers: Record<string, string> = {}, fetch = worker(mailing())) =>
  send(`/v1/calendar.ics?token=${token}`, { headers }, fetch)
const eventsOf = async (token: string): Promise<(Record<string, string> & { summary: string })[]> => {
  const { events } = parsed(await (await get(token)).text())
  return events.map(({ properties }) => ({
    ...Object.fromEntries(properties),
    summary: plain(properties.get('SUMMARY')),
  }))
}
const summaries = async (token: string) => (await eventsOf(token)).map(({ summary }) => summary)

let people: Awaited<ReturnType<typeof team>>
beforeAll(async () => {
  people = await team()
})
afterEach(() => void vi.restoreAllMocks())

describe('as text', () => {
  const entry: Entry = {
    ...{ uid: 'a@b', at: '2026-11-21T15:00:00.000Z', summary: 'S', description: '', url: null },
    ...{ isBusy: false, changedAt: '2026-11-20T15:00:00.000Z', revision: 2 },
  }

  it('is told in UTC, with what programs need', () => {
    const { properties, events } = parsed(calendarText('W', [entry]))
    expect(Object.fromEntries(properties)).toMatchObject({ VERSION: '2.0', METHOD: 'PUBLISH', 'X-WR-CALNAME': 'W' })
    expect(Object.fromEntries(events[0]?.properties ?? [])).toEqual({
      ...{ UID: 'a@b', DTSTAMP: '20261120T150000Z', DTSTART: '20261121T150000Z', DURATION: 'PT30M', SUMMARY: 'S' },
      ...{ TRANSP: 'TRANSPARENT', 'LAST-MODIFIED': '20261120T150000Z', SEQUENCE: '2' },
    })
  })

  it('holds any words whatever, folded between characters, and gives them back', () => {
    const part = fc.constantFrom(
      '\\',
      ';',
      ',',
      '\n',
      '\r\n',
      '\t',
      'é',
      '日本',
      '👩‍👩‍👧',
      '\u2028',
      '\u0000',
      '\ud800',
      ':',
      ' ',
      'END:VEVENT',
    )
    const words = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(part, { maxLength: 80 }).map((list) => list.join('')),
    )
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 3 }), words, (summaries, description) => {
        const text = calendarText(
          description,
          summaries.map((summary) => ({ ...entry, summary, description })),
        )
        const { properties, events } = parsed(text)
        const kept = (value: string) =>
          value
            .toWellFormed()
            .replace(/\r\n?|[\u2028\u2029]/g, '\n')
            .replace(/[^\P{Cc}\n\t]/gu, '')
        expect(plain(properties.get('X-WR-CALNAME'))).toBe(kept(description))
        expect(events.map((event) => plain(event.properties.get('SUMMARY')))).toEqual(summaries.map(kept))
        for (const event of events) expect(plain(event.properties.get('DESCRIPTION'))).toBe(kept(description))
      }),
      { numRuns: 300 },
    )
  })
})

describe('the link', () => {
  it('is given once and stored hashed; a new one ends the old, and ending it ends it', async () => {
    const { sales } = people
    expect(await bodyOf(api(sales.token).v1.calendar.$get(), 200)).toEqual({ createdAt: null })
    const first = tokenOf(await link(sales))
    expect(first).toMatch(new RegExp(`^${sales.workspaceId}\\.[\\w-]{43}$`))
    expect((await get(first)).status).toBe(200)
    const second = tokenOf(await link(sales))
    expect([(await get(first)).status, (await get(second)).status]).toEqual([404, 200])
    const stored = await everythingStored()
    for (const token of [first, second]) expect(stored).not.toContain(token.split('.')[1])
    const elsewhere = (await founder()).workspaceId
    expect((await get(second.replace(sales.workspaceId, elsewhere))).status).toBe(404)
    expect(Object.keys(await bodyOf(api(sales.token).v1.calendar.$get(), 200))).toEqual(['createdAt'])
    expect((await api(sales.token).v1.calendar.$delete()).status).toBe(204)
    await refusalOf(api(sales.token).v1.calendar.$delete(), 404, 'not_found')
    expect((await problemOf(await get(second))).code).toBe('not_found')
    const told = await rows<{ verb: string }>(
      "SELECT verb FROM events WHERE subject_id = ? AND verb GLOB 'user.cal*' ORDER BY seq",
      sales.id,
    )
    expect(told.map(({ verb }) => verb)).toEqual([
      'user.calendar_opened',
      'user.calendar_opened',
      'user.calendar_closed',
    ])
  })

  it('opens nothing with a wrong token, of one who has left, or before the address is verified where that is asked', async () => {
    const admin = await unproven(await founder())
    const token = tokenOf(await link(admin))
    for (const wrong of [token.slice(1), `${token}A`, token.toLowerCase(), admin.id])
      expect((await get(wrong)).status).toBe(404)
    expect((await get('')).status).toBe(400)
    const strict = worker(mailing({ REQUIRE_VERIFIED_EMAIL: 'true' }))
    expect((await get(token, {}, strict)).status).toBe(404)
    await rows('UPDATE users SET email_verified_at = created_at WHERE id = ?', admin.id)
    expect((await get(token, {}, strict)).status).toBe(200)
    await rows("UPDATE users SET status = 'INACTIVE' WHERE id = ?", admin.id)
    expect((await get(token)).status).toBe(404)
  })

  it('stands in no log line, whatever goes wrong', async () => {
    const logs = (['log', 'warn', 'error'] as const).map((kind) => vi.spyOn(console, kind).mockImplementation(() => {}))
    const token = tokenOf(await link(people.manager))
    expect((await get(token, {}, worker({ DB: failingDatabase(LOST) }))).status).toBe(503)
    expect((await get(token, {}, worker({ DB: failingDatabase('SQLITE_ERROR') }))).status).toBe(500)
    const lines = logs.flatMap(({ mock }) => mock.calls.flat().map(String))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join()).not.toContain(token)
  })
})

describe('the feed', () => {
  it('has the own follow-ups, meetings and touches, nobody else’s, and nothing that is done or in the trash', async () => {
    const { admin, sales, rival } = await team()
    const token = tokenOf(await link(sales))
    for (const [owner, name] of [
      [sales, 'Mine, mine; mine'],
      [rival, 'Theirs'],
    ] as const) {
      const { id: customerId } = await ownCustomer(owner, { name, keepInTouchDays: 20 })
      await logged(owner, { customerId, type: 'CALL', body: 'Ring\nagain; soon', followUpAt: ahead(3) })
      const done = await logged(owner, { customerId, type: 'TASK', followUpAt: ahead(4) })
      await api(owner.token).v1.interactions[':id'].done.$post({ json: {}, param: done, header: {} })
      await logged(owner, { customerId, type: 'MEETING', body: 'In the office', occurredAt: ahead(-2) })
      for (const days of [-95, 380]) await logged(owner, { customerId, type: 'NOTE', followUpAt: ahead(days) })
      await lead(owner, { name: `Lead of ${name}`, followUpAt: ahead(1) })
      const trashed = await customer(owner)
      await logged(owner, { customerId: trashed, type: 'MEETING', occurredAt: ahead(-1) })
      await send(`/v1/customers/${trashed}`, { method: 'DELETE', token: admin.token })
      await logged(owner, { leadId: await ownLead(owner), type: 'MEETING', occurredAt: ahead(-3) })
    }
    const events = await eventsOf(token)
    expect(events.map(({ summary }) => summary)).toEqual([
      ...['Meeting: A lead', 'Meeting: Mine, mine; mine', 'Follow up: Lead of Mine, mine; mine'],
      ...['Follow up: Mine, mine; mine', 'Be in touch: Mine, mine; mine'],
    ])
    expect(events.map(({ TRANSP }) => TRANSP)).toEqual(['OPAQUE', 'OPAQUE', ...Array(3).fill('TRANSPARENT')])
    const followUp = events[3]
    expect(plain(followUp?.DESCRIPTION)).toBe('Ring\nagain; soon')
    expect(followUp?.URL).toMatch(/^https:\/\/app\.crm\.test\/customers\//)
    // A manager sees all elsewhere; in the own calendar stands what is the own.
    expect(await summaries(tokenOf(await link(admin)))).toEqual([])
  })

  it('shows a portal login the meetings with them, and nothing of the team', async () => {
    const { manager, customer: portal } = await team()
    const { id: customerId } = await made(manager, { name: 'Secret nickname', userId: portal.id, keepInTouchDays: 5 })
    await logged(manager, {
      customerId,
      type: 'MEETING',
      body: 'As agreed',
      occurredAt: ahead(-1),
      followUpAt: ahead(1),
    })
    for (const type of ['NOTE', 'CALL'] as const) await logged(manager, { customerId, type, followUpAt: ahead(2) })
    const token = tokenOf(await link(portal))
    const [meeting, ...more] = await eventsOf(token)
    expect([meeting?.summary.startsWith('Meeting: Workspace'), more]).toEqual([true, []])
    expect(await (await get(token)).text()).not.toContain('Secret nickname')
    // Somebody of the team who once was a customer is none any more.
    await rows("UPDATE users SET role = 'SALES' WHERE id = ?", portal.id)
    expect(await eventsOf(token)).toEqual([])
  })

  it('keeps the UID of what is moved, counts its changes, and is a 304 while nothing changes', async () => {
    const { sales } = await team()
    const token = tokenOf(await link(sales))
    const { id } = await lead(sales, { followUpAt: ahead(2) })
    const first = await get(token)
    const etag = first.headers.get('ETag') ?? ''
    expect(first.headers.get('Content-Type')).toBe('text/calendar; charset=utf-8')
    expect(first.headers.get('Server-Timing')).toContain('round trips 1,')
    expect((await get(token, { 'If-None-Match': etag })).status).toBe(304)
    const [before] = await eventsOf(token)
    await api(sales.token).v1.leads[':id'].$patch({ param: { id }, header: {}, json: { followUpAt: ahead(9) } })
    const changed = await get(token, { 'If-None-Match': etag })
    expect(changed.status).toBe(200)
    const [after] = await eventsOf(token)
    expect(after?.UID).toBe(before?.UID)
    expect(Number(after?.SEQUENCE)).toBe(Number(before?.SEQUENCE) + 1)
    expect(after?.DTSTART).not.toBe(before?.DTSTART)
  })

  it('moves SEQUENCE, LAST-MODIFIED and DTSTAMP with whatever changes the words of an entry', async () => {
    const { admin, sales, customer: portal } = await team()
    const { id: customerId } = await ownCustomer(sales, { name: 'Before' })
    await bodyOf(
      api(admin.token).v1.customers[':id'].$patch({
        param: { id: customerId },
        header: {},
        json: { userId: portal.id },
      }),
      200,
    )
    const { id: leadId } = await ownLeadOf(sales, { title: 'Before' })
    await logged(sales, { customerId, type: 'CALL', followUpAt: ahead(1) })
    await logged(sales, { customerId, type: 'MEETING', occurredAt: ahead(2) })
    await logged(sales, { leadId, type: 'CALL', followUpAt: ahead(3) })
    await rows(
      `UPDATE interactions SET updated_at = '2026-01-01T00:00:00.000Z' WHERE workspace_id = ?`,
      admin.workspaceId,
    )
    for (const table of ['customers', 'leads', 'workspaces'])
      await rows(
        `UPDATE ${table} SET updated_at = '2026-01-01T00:00:00.000Z' WHERE id IN (?, ?, ?)`,
        customerId,
        leadId,
        admin.workspaceId,
      )
    const tokens = [tokenOf(await link(sales)), tokenOf(await link(portal))]
    const before = (await Promise.all(tokens.map(eventsOf))).flat()
    await bodyOf(
      api(sales.token).v1.customers[':id'].$patch({ param: { id: customerId }, header: {}, json: { name: 'After' } }),
      200,
    )
    await bodyOf(
      api(sales.token).v1.leads[':id'].$patch({ param: { id: leadId }, header: {}, json: { title: 'After' } }),
      200,
    )
    await bodyOf(api(admin.token).v1.workspace.$patch({ header: {}, json: { name: 'After' } }), 200)
    const after = (await Promise.all(tokens.map(eventsOf))).flat()
    expect(after.map(({ summary }) => summary)).toEqual([
      ...['Follow up: After', 'Meeting: After', 'Follow up: After'],
      'Meeting: After',
    ])
    for (const [i, event] of after.entries()) {
      const old = before[i] ?? expect.fail()
      expect(event.UID).toBe(old.UID)
      expect(Number(event.SEQUENCE)).toBe(Number(old.SEQUENCE) + 1)
      for (const stamp of ['LAST-MODIFIED', 'DTSTAMP']) expect(event[stamp]).not.toBe(old[stamp])
    }
    // A conversion gives a meeting of the lead another name.
    const [, , ofLead] = after
    await bodyOf(api(sales.token).v1.leads[':id'].convert.$post({ param: { id: leadId }, json: {} }), 200)
    const converted = (await eventsOf(tokens[0] ?? '')).find(({ UID }) => UID === ofLead?.UID)
    expect(Number(converted?.SEQUENCE)).toBeGreaterThan(Number(ofLead?.SEQUENCE))
  })

  it('has the follow-ups that an ADMIN logged of records without an owner, as the reminders do', async () => {
    const { admin, manager, sales } = await team()
    const { id: customerId } = await made(admin, { name: 'Nobody’s', ownerId: null })
    const { id: leadId } = await lead(admin, { title: 'In the pool' })
    await logged(admin, { customerId, type: 'CALL', followUpAt: ahead(1) })
    await logged(admin, { leadId, type: 'CALL', followUpAt: ahead(2) })
    const done = await logged(admin, { customerId, type: 'CALL', followUpAt: ahead(3) })
    await api(admin.token).v1.interactions[':id'].done.$post({ json: {}, param: done, header: {} })
    expect(await summaries(tokenOf(await link(admin)))).toEqual(['Follow up: Nobody’s', 'Follow up: In the pool'])
    expect(await summaries(tokenOf(await link(manager)))).toEqual([])
    const token = tokenOf(await link(sales))
    await bodyOf(
      api(admin.token).v1.customers[':id'].$patch({
        param: { id: customerId },
        header: {},
        json: { ownerId: sales.id },
      }),
      200,
    )
    expect(await summaries(tokenOf(await link(admin)))).toEqual(['Follow up: In the pool'])
    expect(await summaries(token)).toEqual(['Follow up: Nobody’s'])
  })

  it('has at most a thousand entries, those nearest to now, for a bounded number of rows', async () => {
    const { sales } = await team()
    const customerId = await customer(sales)
    const seed = (n: number, of: (i: number) => Record<string, unknown>) =>
      seedInteractions(
        sales.workspaceId,
        Array.from({ length: n }, (_, i) => ({ customerId, ownerId: sales.id, ...of(i) })),
      )
    await seed(1_500, (i) => ({ followUpAt: new Date(Date.now() + DAY + i * 60_000).toISOString() }))
    await seed(800, (i) => ({ type: 'MEETING', occurredAt: new Date(Date.now() - DAY - i * 60_000).toISOString() }))
    const token = tokenOf(await link(sales))
    const response = await get(token)
    const { events } = parsed(await response.text())
    const starts = events.map(({ properties }) => properties.get('DTSTART') ?? '')
    expect(starts).toEqual(starts.toSorted())
    const past = starts.filter((at) => at < new Date().toISOString().replace(/[-:]/g, ''))
    expect([past.length, starts.length]).toEqual([300, 1_000])
    expect(costOf(response).read).toBeLessThan(10_000)
  })
})
