// Exports as streams: read page by page as fast as they are taken, and broken off where they cannot be whole.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { refusalOf } from '../support/answers'
import { made, seedCustomers } from '../support/customers'
import { exported, exporting, idsOf, readingBy, run, watching } from '../support/exports'
import { founder } from '../support/factories'

afterEach(() => {
  vi.restoreAllMocks()
})

async function populated(size: number, fields: (i: number) => object = () => ({})) {
  const admin = await founder()
  const rows = await seedCustomers(
    admin.workspaceId,
    Array.from({ length: size }, (_, i) => ({ name: `Customer ${i}`, ...fields(i) })),
  )
  return { admin, ids: rows.map(({ id }) => id) }
}

describe('5,000 customers', { tags: ['long'] }, () => {
  it('come each once and in order, in one statement a page', async () => {
    const { admin, ids } = await populated(5_000, (i) => ({ customFields: i === 4_999 ? { late: true } : null }))
    const { batches, fetch } = watching(700)
    const text = await exported(admin, 'customers', fetch)
    const [head = '', ...lines] = text.split('\r\n').slice(0, -1)
    expect(head.endsWith(',customFields.late')).toBe(true)
    expect(lines.map((line) => line.slice(0, 36))).toEqual(ids)
    const columns = head.split(',').length
    expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([columns]))
    expect(lines.at(-1)?.endsWith(',true')).toBe(true)
    expect(batches).toEqual([...Array<number>(7).fill(700), 100])
  })

  it('that hold much text come in smaller pages', async () => {
    const { admin, ids } = await populated(400, () => ({ customFields: { text: 'x'.repeat(15_000) } }))
    const { batches, fetch } = watching(5_000)
    expect(await idsOf(admin, 'customers', '', fetch)).toEqual(ids)
    expect(Math.max(...batches)).toBeLessThan(80)
    expect(Math.min(...batches)).toBeGreaterThan(0)
    expect(batches.reduce((sum, rows) => sum + rows, 0)).toBe(400)
  })
})

describe('the columns of custom fields', () => {
  it('are all known before the first line, however far behind a name stands', async () => {
    const { admin } = await populated(90, (i) => (i % 30 === 29 ? { customFields: { [`f${89 - i}`]: i } } : {}))
    // 40 pages of one at a time are looked through for names.
    for (const size of [1, 2, 5]) {
      const text = await exported(admin, 'customers?columns=customFields', readingBy(size))
      expect(text.split('\r\n')[0]).toBe('customFields.f0,customFields.f30,customFields.f60')
    }
    const { batches, fetch } = watching(1)
    const { body } = await exporting(admin, 'customers', fetch)
    await body?.cancel()
    expect(batches).toHaveLength(3)
  })
})

describe('a reader', () => {
  it('who takes nothing more has nothing more read', async () => {
    const { admin } = await populated(50)
    const { batches, fetch } = watching(10)
    const { body } = await exporting(admin, 'customers?format=ndjson', fetch)
    const reader = body?.getReader()
    expect(batches).toEqual([10])
    await reader?.read()
    await reader?.read()
    expect(batches).toEqual([10, 10])
    await new Promise((resolve) => setTimeout(resolve))
    expect(batches).toEqual([10, 10])
    await reader?.cancel()
  })

  it('who goes away ends the reading', async () => {
    const { admin } = await populated(50)
    const { batches, fetch } = watching(10)
    const { body } = await exporting(admin, 'customers', fetch)
    await body?.cancel()
    const other = await exporting(admin, 'customers', fetch)
    const reader = other.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await new Promise((resolve) => setTimeout(resolve))
    expect(batches).toEqual([10, 10])
  })
})

describe('an export that cannot be whole', () => {
  it('is a 503 where the database fails at the start', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { admin } = await populated(5)
    await refusalOf(exporting(admin, 'customers', watching(2, 1).fetch), 503, 'unavailable')
  })

  it.each(['csv', 'json', 'ndjson', 'vcf'])(
    'breaks off, as %s, where it fails midway, and the log says so',
    async (format) => {
      const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
      const { admin } = await populated(5)
      const answer = await exporting(admin, `customers?format=${format}`, watching(2, 3).fetch)
      expect(answer.status).toBe(200)
      const reader = answer.body?.getReader()
      expect((await reader?.read())?.done).toBe(false)
      expect((await reader?.read())?.done).toBe(false)
      await expect(reader?.read()).rejects.toThrow()
      const logged = errors.mock.calls.flat().map((line) => JSON.parse(String(line)))
      expect(logged.map(({ event }) => event)).toEqual(['database_unavailable', 'export_broken'])
      expect(logged.at(-1)).toMatchObject({ level: 'error', requestId: answer.headers.get('X-Request-Id') })
    },
  )

  it('breaks off where the session of who exports ends midway', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { admin } = await populated(6)
    const answer = await exporting(admin, 'customers?columns=id&format=ndjson', readingBy(2))
    await run('UPDATE sessions SET revoked_at = created_at WHERE user_id = ?', admin.id)
    await expect(answer.text()).rejects.toThrow()
  })

  it('breaks off where a custom field is made up that has no column, and has it when it goes on', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { admin, ids } = await populated(6)
    const answer = await exporting(admin, 'customers?columns=id,customFields', readingBy(2))
    await run(`UPDATE customers SET custom_fields = '{"plan":"gold"}' WHERE id = ?`, ids[5])
    await expect(answer.text()).rejects.toThrow()
    const rest = await exported(admin, `customers?columns=id,customFields&after=${ids[3]}`, readingBy(2))
    expect(rest).toBe(`id,customFields.plan\r\n${ids[4]},\r\n${ids[5]},gold\r\n`)
  })

  it('loses and repeats nothing that stays, whatever comes and goes while it is read', async () => {
    const { admin, ids } = await populated(20)
    const { body } = await exporting(admin, 'customers?columns=id', readingBy(5))
    const reader = body?.getReader()
    let text = ''
    for (let i = 0; ; i += 1) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) break
      text += new TextDecoder().decode(value)
      if (i > 1) continue
      await run('UPDATE customers SET deleted_at = created_at WHERE id IN (?, ?, ?)', ids[2], ids[4], ids[18])
      await made(admin, { name: 'New' })
    }
    const seen = text.split('\r\n').slice(1, -1)
    expect(seen.slice(0, 19)).toEqual(ids.filter((id) => id !== ids[18]))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toHaveLength(21)
  })
})
