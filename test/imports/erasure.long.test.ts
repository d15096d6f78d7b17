// Erasing a person while a file with their row is coming in: in every state of the import, nothing of them comes back or stays.
import { describe, expect, it, vi } from 'vitest'
import { send, worker } from '../support/api'
import { everythingStored, rows } from '../support/database'
import { customer, founder, type Person, unique } from '../support/factories'
import { imported, importing, reportOf } from '../support/imports'
import { dying, file, freed, line } from '../support/imports-large'

async function setUp() {
  const admin = await founder()
  const mark = unique('zq').toLowerCase()
  const id = await customer(admin, { name: `Who ${mark}`, email: `${mark}@x.de`, phone: '+49 30 90182000' })
  return { admin, mark, id }
}

const erase = ({ token }: Person, id: string) => send(`/v1/customers/${id}/erase`, { method: 'POST', token })

const traces = async (mark: string) => (await everythingStored()).match(new RegExp(`.{0,80}${mark}.{0,20}`, 'g')) ?? []

describe('a person who is erased', () => {
  it('while their rows wait to be written stays away, and the rows fail and say why', async () => {
    const { admin, mark, id } = await setUp()
    const text = file(300, [`Again ${mark},${mark}@x.de,x`, line(999)])
    const { id: importId } = await (await importing(admin, text, { fetch: dying(1) })).json<{ id: string }>()
    expect((await reportOf(admin, importId, dying(0))).status).toBe('RUNNING')
    expect((await erase(admin, id)).status).toBe(200)
    await freed(importId)
    const fetch = worker({ IMPORT_STATEMENTS: '1000' })
    await vi.waitUntil(async () => (await reportOf(admin, importId, fetch)).status !== 'RUNNING', { timeout: 30_000 })
    const report = await reportOf(admin, importId)
    expect(report.status).toBe('DONE')
    expect(report.errors.map(({ code }) => code)).toContain('erased')
    expect(await traces(mark)).toEqual([])
  })

  it('while the file is still being received stays away: the import is cancelled', async () => {
    const { admin, mark, id } = await setUp()
    const encoder = new TextEncoder()
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        sent += 1
        if (sent === 1) controller.enqueue(encoder.encode(`name,email,note\nRow ${mark},${mark}@x.de,\n`))
        else if (sent < 6)
          controller.enqueue(
            encoder.encode(`${Array.from({ length: 100 }, (_, i) => line(sent * 100 + i)).join('\n')}\n`),
          )
        else if (sent === 6) {
          await erase(admin, id)
          controller.enqueue(encoder.encode(`Again ${mark},${mark}@x.de,\n`))
        } else controller.close()
      },
    })
    await (await importing(admin, body)).text()
    const states = await rows<{ status: string }>(
      'SELECT status FROM imports WHERE workspace_id = ?',
      admin.workspaceId,
    )
    expect(states.filter(({ status }) => status !== 'CANCELLED')).toEqual([])
    expect(await traces(mark)).toEqual([])
  })

  it('after the import has ended leaves nothing in its report, whatever form the number has', async () => {
    const { admin, mark, id } = await setUp()
    const text = `name,email,phone,createdAt\nGood,good@x.de,,\nBad,${mark}@@x.de,,\nOther,bad@,(030) 9018-2000,${mark}@x.de\n`
    const report = await imported(admin, text)
    expect(report.failed).toBe(2)
    await erase(admin, id)
    const kept = await rows(
      "SELECT 1 FROM import_issues WHERE import_id = ? AND (original LIKE '%9018%' OR original LIKE ?)",
      report.id,
      `%${mark}@x.de%`,
    )
    expect(kept).toEqual([])
  })

  it('is not found by an address of before either', async () => {
    const { admin, mark, id } = await setUp()
    const json = { email: `${unique('new')}@x.de` }
    await send(`/v1/customers/${id}`, { method: 'PATCH', token: admin.token, json })
    await imported(admin, `name,email,phone\nGood,good@x.de,\nOther,bad@,${mark}@x.de\n`)
    await erase(admin, id)
    expect(await traces(`${mark}@`)).toEqual([])
  })
})
