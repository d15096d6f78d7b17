// Views at the desk: a tab for each above its list, saving what the list is asked now, and deleting one.
import { beforeEach, describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { browser, markIn, textOf } from '../support/desk'
import { type Person, team } from '../support/factories'
import { lead } from '../support/leads'

let people: Awaited<ReturnType<typeof team>>
beforeEach(async () => {
  people = await team()
})

const viewsOf = async ({ token }: Person) => (await bodyOf(api(token).v1.views.$get({ query: {} }), 200)).data

async function signedIn(by: Person) {
  const desk = browser()
  return { desk, mark: markIn(await desk.signIn(by)) }
}

describe('a list of the desk', () => {
  it('saves its filters as a view, shows it as a tab, and asks by it', async () => {
    const { admin, sales } = people
    await lead(admin, { title: 'Fresh course', ownerId: sales.id })
    await lead(admin, { title: 'Old course', status: 'CLOSED', ownerId: sales.id })
    const { desk, mark } = await signedIn(sales)
    expect((await desk.go('/dashboard/leads?status=NEW&owner=me&q=course')).html).toContain(
      '/dashboard/leads/save-view',
    )
    const fields = { mark, status: 'NEW', owner: 'me', q: 'course', sort: '-updatedAt', name: 'My new ones' }
    const page = await desk.post('/dashboard/leads/save-view', fields)
    expect(textOf(page)).toContain('The view “My new ones” is saved.')
    expect(page.path).toMatch(/^\/dashboard\/leads\?view=/)
    expect([textOf(page).includes('Fresh course'), textOf(page).includes('Old course')]).toEqual([true, false])
    const [view] = await viewsOf(sales)
    expect(view).toMatchObject({ shared: false, sort: '-updatedAt', entity: 'lead' })
    expect(page.html).toContain(`href="/dashboard/leads?view=${view?.id}" aria-current="true"`)
    const gone = await desk.post('/dashboard/leads/delete-view', { mark, view: view?.id ?? '' })
    expect(textOf(gone)).toContain('The view is deleted.')
    expect(await viewsOf(sales)).toEqual([])
  })

  it.each(['customers', 'tickets'])('of %s has tabs of what the team shares', async (list) => {
    const { admin, sales } = people
    const entity = list === 'customers' ? ('customer' as const) : ('ticket' as const)
    const filter = { field: 'createdAt', op: 'within' as const, value: 'last7days' }
    await bodyOf(api(admin.token).v1.views.$post({ json: { entity, name: 'Of this week', shared: true, filter } }), 201)
    const { desk, mark } = await signedIn(sales)
    expect(textOf(await desk.go(`/dashboard/${list}`))).toContain('Of this week')
    const [view] = await viewsOf(sales)
    const page = await desk.go(`/dashboard/${list}?view=${view?.id}`)
    expect([page.status, page.html.includes('delete-view')]).toEqual([200, false])
    const shared = { mark, q: 'acme', name: 'Acme', shared: 'true', view: view?.id ?? '' }
    const saved = await desk.post(`/dashboard/${list}/save-view`, shared)
    expect(textOf(saved)).toContain('The view “Acme” is saved.')
    const second = (await viewsOf(admin)).find(({ name }) => name === 'Acme')
    expect(second).toMatchObject({ shared: true, filter: { and: [filter, { or: expect.any(Array) }] } })
  })

  it('says what is wrong with a view, and opens without one that is not there', async () => {
    const { desk, mark } = await signedIn(people.sales)
    const nameless = await desk.post('/dashboard/leads/save-view', { mark, status: 'NEW', name: '' })
    expect(nameless.status).toBeLessThan(500)
    expect(await viewsOf(people.sales)).toEqual([])
    const unknown = await desk.go('/dashboard/leads?view=0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e')
    expect(unknown.status).toBe(200)
    expect((await desk.go('/dashboard/leads?view=nonsense')).status).toBe(200)
  })
})
