// All that changes leads races on the same ones: the counters stay right, and every change is recorded once.
import { expect, it } from 'vitest'
import { api } from '../support/api'
import { team } from '../support/factories'
import { counters, happenings, lead } from '../support/leads'

const claim = (token: string, id: string) => api(token).v1.leads[':id'].claim.$post({ param: { id } })
const claimNext = (token: string) => api(token).v1.leads['claim-next'].$post({})
const release = (token: string, id: string) => api(token).v1.leads[':id'].release.$post({ param: { id }, header: {} })
const assign = (token: string, id: string, ownerId: string) =>
  api(token).v1.leads[':id'].assign.$post({ param: { id }, header: {}, json: { ownerId } })
const trash = (token: string, id: string) => api(token).v1.leads[':id'].$delete({ param: { id }, header: {} })
const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i))

it('keeps the counters right and every change recorded once while all of it races on the same leads', async () => {
  const { admin, manager, sales, rival } = await team()
  const ids = await Promise.all(times(6, async () => (await lead(admin)).id))
  const restore = (token: string, id: string) => api(token).v1.leads[':id'].restore.$post({ param: { id } })
  const answers = await Promise.all(
    times(12, () => ids)
      .flat()
      .flatMap((id) => [
        claim(sales.token, id),
        release(manager.token, id),
        assign(manager.token, id, rival.id),
        claimNext(rival.token),
        trash(admin.token, id),
        restore(admin.token, id),
        release(rival.token, id),
      ]),
  )
  expect(answers.filter(({ status }) => status >= 500)).toEqual([])
  const { kept, counted } = await counters(admin.workspaceId)
  expect(kept).toEqual(counted)
  for (const id of ids) {
    await restore(admin.token, id)
    const answer = await api(admin.token).v1.leads[':id'].$get({ param: { id }, query: {} })
    const version = Number(answer.headers.get('ETag')?.replaceAll('"', ''))
    expect(await happenings(id)).toHaveLength(version)
  }
})
