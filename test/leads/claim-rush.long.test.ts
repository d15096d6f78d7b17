// Claiming in a rush: of hundreds who ask at once one wins, and the counters stay right.
import { describe, expect, it } from 'vitest'
import { bodyOf, tally } from '../support/answers'
import { api } from '../support/api'
import { enquiry, team } from '../support/factories'
import { counters, happenings } from '../support/leads'

const claim = (token: string, id: string) => api(token).v1.leads[':id'].claim.$post({ param: { id } })
const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i))

describe('claiming a lead', () => {
  it('gives it to exactly one of 200 who ask at once, 20 times over, with one event each time', {
    timeout: 180_000,
  }, async () => {
    const { admin, manager, sales, rival } = await team()
    for (let round = 0; round < 20; round += 1) {
      const id = await enquiry(admin.slug)
      const claimants = times(50, () => [admin, manager, sales, rival]).flat()
      const answers = await Promise.all(claimants.map(({ token }) => claim(token, id)))
      expect(tally(answers)).toEqual({ 200: 1, 409: 199 })
      const won = await bodyOf(answers.find(({ status }) => status === 200) ?? expect.fail(), 200)
      expect(won.ownerId).toBe(claimants[answers.findIndex(({ status }) => status === 200)]?.id)
      expect(await happenings(id)).toEqual(['lead.enquired', 'lead.claimed'])
    }
    const { kept, counted } = await counters(admin.workspaceId)
    expect(kept).toEqual(counted)
  })
})
