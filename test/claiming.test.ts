// Claiming: however many ask at once, each lead has one winner, one event, and nobody waits for nothing.
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { api } from './api'
import { enquiry, team } from './factories'

const eventsOf = async (id: string, verb: string) =>
  (await env.DB.prepare('SELECT count(*) AS n FROM events WHERE subject_id = ? AND verb = ?')
    .bind(id, verb)
    .first('n')) as number

describe('claiming a lead', () => {
  it('gives it to exactly one of 200 who ask at once, 20 times over, with one event each time', async () => {
    const { admin, manager, sales, rival } = await team()
    const claimants = [admin, manager, sales, rival].map(({ token }) => api(token))
    for (let round = 0; round < 20; round += 1) {
      const id = await enquiry(admin.slug)
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          claimants.map((each) => each.v1.leads[':id'].claim.$post({ param: { id } })),
        ).flat(),
      )
      const statuses = answers.map((answer) => answer.status)
      expect(statuses.filter((status) => status === 200)).toHaveLength(1)
      expect(statuses.filter((status) => status === 409)).toHaveLength(199)
      expect(await eventsOf(id, 'lead.claimed')).toBe(1)
    }
  })
})
