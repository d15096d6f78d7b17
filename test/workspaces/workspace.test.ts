// The workspace: everybody in it sees it, its ADMIN changes it, and nobody outside knows it is there.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api, send } from '../support/api'
import { rows, sizes } from '../support/database'
import { enquiry, founder, member, type Person, team, unique } from '../support/factories'
import { happenings } from '../support/leads'

type Patch = Parameters<ReturnType<typeof api>['v1']['workspace']['$patch']>[0]['json']

const read = ({ token }: Person) => bodyOf(api(token).v1.workspace.$get(), 200)
const patch = ({ token }: Person, json: Patch, ifMatch?: string) =>
  api(token).v1.workspace.$patch({ header: { 'if-match': ifMatch }, json })

describe('the workspace', () => {
  it('is seen by each of its members, the same', async () => {
    const { admin, manager, sales, customer } = await team()
    const seen = await Promise.all([admin, manager, sales, customer].map(read))
    expect(seen[0]).toMatchObject({ id: admin.workspaceId, slug: admin.slug, plan: 'FREE', timeZone: 'UTC' })
    for (const each of seen) expect(each).toEqual(seen[0])
  })

  it('is changed by an ADMIN in the fields that are sent, with an event that says from what to what', async () => {
    const { admin, manager } = await team()
    const before = await read(admin)
    const changed = await bodyOf(
      patch(admin, { name: 'Engines Ltd', timeZone: 'Europe/London', defaultCountry: 'GB' }),
      200,
    )
    expect(changed).toEqual({
      ...before,
      name: 'Engines Ltd',
      timeZone: 'Europe/London',
      defaultCountry: 'GB',
      updatedAt: changed.updatedAt,
    })
    expect(await read(manager)).toEqual(changed)
    const [event] = await rows<{ actor_id: string; changes: string }>(
      "SELECT actor_id, changes FROM events WHERE subject_id = ? AND verb = 'workspace.updated'",
      admin.workspaceId,
    )
    expect(event?.actor_id).toBe(admin.id)
    expect(JSON.parse(event?.changes ?? '')).toEqual({
      name: [before.name, 'Engines Ltd'],
      timeZone: ['UTC', 'Europe/London'],
      defaultCountry: [null, 'GB'],
    })
  })

  it('is not changed by what it is already', async () => {
    const admin = await founder()
    const { name, slug, timeZone } = await read(admin)
    const response = await patch(admin, { name, slug, timeZone })
    expect([response.status, response.headers.get('ETag')]).toEqual([200, '"1"'])
    expect(await happenings(admin.workspaceId)).toEqual([])
  })

  it('is changed by nobody but an ADMIN', async () => {
    const { admin, manager, sales, customer } = await team()
    const before = await read(admin)
    for (const person of [manager, sales, customer]) await refusalOf(patch(person, { name: 'Mine' }), 403, 'forbidden')
    expect(await read(admin)).toEqual(before)
    expect(await happenings(admin.workspaceId)).toEqual([])
  })

  it('is one’s own: whoever changes theirs leaves every other as it was', async () => {
    const [one, other] = await Promise.all([founder(), founder()])
    const before = await read(other)
    await bodyOf(patch(one, { name: 'Changed' }), 200)
    expect(await read(other)).toEqual(before)
  })

  it('is found by its new slug from then on, and by the old one no more', async () => {
    const admin = await founder()
    const slug = unique('new-name')
    await bodyOf(patch(admin, { slug }), 200)
    await enquiry(slug)
    const json = { workspace: admin.slug, name: 'Late', email: 'late@example.com' }
    await refusalOf(api().v1.enquiries.$post({ json }), 404, 'not_found')
  })

  it('cannot take a slug that another has, and is left whole', async () => {
    const [one, other] = await Promise.all([founder(), founder()])
    const [before, sized] = [await read(one), await sizes('events')]
    await refusalOf(patch(one, { name: 'Half', slug: other.slug }), 409, 'slug_taken')
    expect(await read(one)).toEqual(before)
    expect(await sizes('events')).toEqual(sized)
    expect((await patch(one, { slug: one.slug })).status).toBe(200)
  })

  it('goes to one of 10 who want the same slug at once', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, founder))
    const slug = unique('wanted')
    const answers = await Promise.all(people.map((person) => patch(person, { slug })))
    expect(tally(answers)).toEqual({ 200: 1, 409: 9 })
  })

  it('is changed only as it was read where If-Match is sent', async () => {
    const admin = await founder()
    const tag = (await api(admin.token).v1.workspace.$get()).headers.get('ETag') ?? ''
    expect(tag).toBe('"1"')
    const first = await patch(admin, { name: 'One' }, tag)
    expect([first.status, first.headers.get('ETag')]).toEqual([200, '"2"'])
    const late = await patch(admin, { name: 'Two' }, tag)
    expect(late.headers.get('ETag')).toBe('"2"')
    await refusalOf(late, 412, 'stale')
    await refusalOf(patch(admin, { name: 'Two' }, '"abc"'), 412, 'stale')
    expect((await read(admin)).name).toBe('One')
    expect((await patch(admin, { name: 'Two' }, '*')).status).toBe(200)
    expect((await patch(admin, { name: 'Three' }, '"3"')).status).toBe(200)
  })

  it('is changed by one of 10 who all read the same version', async () => {
    const admin = await founder()
    const second = await member(admin, 'ADMIN')
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => patch(i % 2 ? admin : second, { name: `Name ${i}` }, '"1"')),
    )
    expect(tally(answers)).toEqual({ 200: 1, 412: 9 })
    expect(await happenings(admin.workspaceId)).toEqual(['workspace.updated'])
  })

  it.each([
    ['nothing', {}],
    ['an empty name', { name: ' ' }],
    ['a slug in capitals', { slug: 'Engines' }],
    ['a slug with two dashes in a row', { slug: 'a--b' }],
    ['an empty slug', { slug: '' }],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }],
    ['a country that is no code', { defaultCountry: 'Britain' }],
    ['a country that there is not', { defaultCountry: 'ZZ' }],
    ['a plan, which is not bought here', { plan: 'PRO' }],
    ['an id', { id: crypto.randomUUID() }],
  ])('is not changed by %s', async (_what, json) => {
    const admin = await founder()
    await refusalOf(send('/v1/workspace', { method: 'PATCH', token: admin.token, json }), 400, 'invalid')
    expect((await api(admin.token).v1.workspace.$get()).headers.get('ETag')).toBe('"1"')
  })
})
