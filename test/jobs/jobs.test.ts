// The job engine: pieces, what a kill leaves behind, failures, and what the API tells of a job.
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { runBatch } from '../../src/db/batch'
import { connect } from '../../src/db/client'
import { customers } from '../../src/db/schema'
import { eventInsert } from '../../src/events/event-insert'
import { type JobKind, jobInsert, jobKind } from '../../src/jobs/jobs.kind'
import { runDueJobs } from '../../src/jobs/jobs.runner'
import { nextVersion } from '../../src/records/version'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { seedCustomers } from '../support/customers'
import { count, rows } from '../support/database'
import { team } from '../support/factories'
import { jobsIn } from '../support/jobs'
import { metered } from '../support/metered'

/** Gives every customer a company and an event, then counts each once more, in the order of arrival. */
const stamping = jobKind({
  input: z.object({ company: z.string() }),
  steps: (ctx, { company }) => {
    const stamped = (picked: ReturnType<typeof sql>) => sql`${customers.seq} IN (${picked})`
    const inWorkspace = sql`workspace_id = ${ctx.workspaceId} AND deleted_at IS NULL`
    return [
      {
        full: 7,
        pick: () => ({
          key: sql`seq`,
          from: sql`FROM ${customers} WHERE ${inWorkspace} AND company IS NOT ${company} LIMIT 7`,
        }),
        statements: (picked) => [
          ctx.db.update(customers).set({ company }).where(stamped(picked)),
          eventInsert(ctx, {
            ...{ verb: 'customer.stamped', subject: 'customer', id: sql`${customers.id}` },
            ...{ from: sql`${customers}`, when: stamped(picked) },
          }),
        ],
      },
      {
        full: 5,
        pick: (after) => ({
          ...{ key: sql`seq`, position: sql`seq` },
          from: sql`FROM ${customers} WHERE ${inWorkspace} AND seq > ${Number(after)} ORDER BY seq LIMIT 5`,
        }),
        statements: (picked) => [
          ctx.db
            .update(customers)
            .set({ version: nextVersion(customers) })
            .where(stamped(picked)),
        ],
      },
    ]
  },
})
const failing: JobKind = {
  stepsOf: ({ db }) => [
    {
      full: 1,
      pick: () => ({ key: sql`1`, from: sql`` }),
      statements: () => [db.update(customers).set({ version: sql`json('no JSON')` }).where(sql`true`)],
    },
  ],
}
const kinds = { stamping, failing }
const budget = () => ({ statements: 500, until: Date.now() + 20_000 })

describe('a job', () => {
  let people: Awaited<ReturnType<typeof team>>
  beforeAll(async () => {
    people = await team()
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })

  async function begin(kind: string, company = 'Stamp') {
    const { id, workspaceId } = people.admin
    const { db } = connect(env.DB, 'first-primary')
    const jobId = crypto.randomUUID()
    const ctx = { db, now: new Date().toISOString(), newId: () => jobId, begun: new Set<string>() }
    const actor = { type: 'user', id, workspaceId } as const
    await runBatch(db, { begun: jobInsert({ ...ctx, actor }, { kind, input: { company }, when: sql`true` }) })
    return jobId
  }
  const run = (DB: D1Database = env.DB) => runDueJobs(jobsIn(DB), kinds, budget())
  const shown = async (id: string) => bodyOf(await api(people.admin.token).v1.jobs[':id'].$get({ param: { id } }), 200)
  const becomeDue = () => rows(`UPDATE jobs SET due_at = '2000-01-01' WHERE state = 'RUNNING'`)

  it('that is killed five times, before or after a piece is written, does everything once', async () => {
    const { workspaceId } = people.admin
    await seedCustomers(workspaceId, Array(40).fill({}))
    const id = await begin('stamping')
    for (let kill = 0; kill < 5; kill += 1) {
      const die = () => {
        throw new Error('killed')
      }
      const hook = kill % 2 === 0 ? 'before' : 'after'
      const { DB } = metered({ [hook]: (trip: number) => (trip === 2 + (kill % 3) ? die() : undefined) })
      await expect(run(DB)).rejects.toThrow()
      expect(await shown(id)).toMatchObject({ state: 'RUNNING' })
      await becomeDue()
    }
    await run()
    expect(await shown(id)).toMatchObject({ state: 'DONE', done: 80, failures: 0, lastError: null })
    expect(await count('customers', 'workspace_id = ? AND company = ? AND version = 2', workspaceId, 'Stamp')).toBe(40)
    expect(await count('events', `workspace_id = ? AND verb = 'customer.stamped'`, workspaceId)).toBe(40)
  })

  it('that two runs have at once does everything once', async () => {
    const id = await begin('stamping', 'Twice')
    const versions = () => rows('SELECT seq, version FROM customers WHERE workspace_id = ?', people.admin.workspaceId)
    const before = await versions()
    await Promise.all([run(), becomeDue().then(() => run()), becomeDue().then(() => run())])
    await becomeDue()
    await run()
    expect(await shown(id)).toMatchObject({ state: 'DONE', done: 80 })
    expect(await versions()).toEqual(before.map((row) => ({ ...row, version: Number(row.version) + 1 })))
  })

  it('that fails keeps the error, is tried again later, and keeps no other from running', async () => {
    const id = await begin('failing')
    const other = await begin('stamping', 'Beside')
    await run()
    const job = await shown(id)
    expect(job).toMatchObject({ state: 'RUNNING', failures: 1, done: 0, lastError: expect.stringContaining('JSON') })
    expect(await shown(other)).toMatchObject({ state: 'DONE' })
    const [row] = await rows<{ dueAt: string }>('SELECT due_at AS dueAt FROM jobs WHERE id = ?', id)
    expect(Date.parse(row?.dueAt ?? '')).toBeGreaterThan(Date.now() + 30_000)
    await rows('DELETE FROM jobs WHERE id = ?', id)
  })

  it('is listed for those who look after the workspace, and for others who began it', async () => {
    const id = await begin('stamping', 'Listed')
    const list = await bodyOf(await api(people.manager.token).v1.jobs.$get({ query: { state: 'RUNNING' } }), 200)
    expect(list.data.map((job) => job.id)).toEqual([id])
    expect(list.data[0]).not.toHaveProperty('input')
    const { sales } = people
    expect((await bodyOf(api(sales.token).v1.jobs.$get({ query: {} }), 200)).data).toEqual([])
    expect((await api(sales.token).v1.jobs[':id'].$get({ param: { id } })).status).toBe(404)
    await rows('UPDATE jobs SET actor_id = ? WHERE id = ? RETURNING id', sales.id, id)
    expect((await bodyOf(api(sales.token).v1.jobs.$get({ query: {} }), 200)).data).toMatchObject([{ id }])
    const stranger = await team()
    expect((await api(stranger.admin.token).v1.jobs[':id'].$get({ param: { id } })).status).toBe(404)
  })

  it('of a kind that the Worker does not know fails and waits, as one from a later version would', async () => {
    const id = await begin('unheard-of')
    await run()
    expect(await shown(id)).toMatchObject({ failures: 1, lastError: expect.stringContaining('unheard-of') })
    const { status } = await api(people.admin.token).v1.jobs[':id'].cancel.$post({ param: { id } })
    expect(status).toBe(409)
  })
})
