// Merges and their undoing against a model: after any history of merges, edits and restores, fields, tags and rows are what
// they would be had the merges that are undone never been made; and after undoing all, everything is where it was.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { counters, tag } from '../support/customers'
import { count, rows } from '../support/database'
import { type Person, team } from '../support/factories'
import { filled, type Held, held, mergeInto, restore, scenes, stage } from '../support/merges'

type Row = Held['customers'][number]
type Values = Record<string, unknown>
type State = { values: Values; tags: Set<unknown> }
type Merge = { what: 'merge'; on: string; other: string; prefer: 'this' | 'other'; isUndone: boolean }
type Entry =
  | Merge
  | { what: 'set'; on: string; name: string; value: unknown }
  | { what: 'tag'; on: string; tag: string }
  | { what: 'untag'; on: string; tag: string }

const FIELDS = ['name', 'email', 'phone', 'company', 'job_title', 'owner_id', 'user_id', 'keep_in_touch_days']
const PATCHED = { name: 'name', phone: 'phone', company: 'company', job_title: 'jobTitle' } as const
const TAGS = ['vip', 'cold', 'a', 'b']
const who = fc.nat({ max: 3 })
const name = fc.constantFrom('name', 'phone', 'company', 'job_title', '+plan', '+b')
const kind = fc.constantFrom('manager', 'partner', 'child')
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant('merge' as const),
      on: who,
      other: who,
      prefer: fc.constantFrom('this' as const, 'other' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('restore' as const), on: who }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('edit' as const), on: who, name, isEmptied: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('trash' as const), on: who }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('note' as const), on: who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('forget' as const), on: who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom('tag' as const, 'untag' as const),
      on: who,
      tag: fc.constantFrom(...TAGS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constantFrom('relate' as const, 'unrelate' as const), on: who, other: who, kind }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** A customer's values by name; a custom field has a plus before its name. */
function valuesOf(row: Row): Values {
  const custom = Object.entries(row.custom_fields ?? {}).map(([key, value]) => [`+${key}`, value])
  return Object.fromEntries([...FIELDS.map((field) => [field, row[field]]), ...custom])
}

const present = (values: Values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))

/** Four customers and what became of them. The model tells it anew from the beginning, without the merges that are undone. */
class History {
  readonly log: Entry[] = []
  readonly homes = new Map<unknown, unknown>()
  readonly related: Row[]
  readonly trashed = new Set<string>()
  private edits = 0

  constructor(
    readonly by: Person,
    readonly ids: string[],
    readonly before: Held,
  ) {
    for (const { id, customer_id } of [...before.interactions, ...before.tickets, ...before.leads]) {
      this.homes.set(id, customer_id)
    }
    this.related = before.relationships
  }

  private get merges(): Merge[] {
    return this.log.filter((entry): entry is Merge => entry.what === 'merge' && !entry.isUndone)
  }
  mergeOf = (id: unknown) => this.merges.find(({ other }) => other === id)
  rootOf = (id: unknown): unknown => {
    const merge = this.mergeOf(id)
    return merge ? this.rootOf(merge.on) : id
  }
  isLiving = (id: string) => !this.mergeOf(id) && !this.trashed.has(id)

  states(): Map<unknown, State> {
    const states = new Map(
      this.before.customers.map((row) => {
        const tags = this.before.tags.filter(({ customer_id }) => customer_id === row.id)
        return [row.id, { values: valuesOf(row), tags: new Set(tags.map(({ tag_id }) => tag_id)) }] as const
      }),
    )
    const of = (id: unknown) => states.get(id) ?? expect.fail()
    for (const entry of this.log) {
      const { values, tags } = of(entry.on)
      if (entry.what === 'set') values[entry.name] = entry.value
      else if (entry.what === 'tag') tags.add(entry.tag)
      else if (entry.what === 'untag') tags.delete(entry.tag)
      else if (!entry.isUndone) {
        const other = of(entry.other)
        for (const key of new Set([...Object.keys(values), ...Object.keys(other.values)])) {
          const [mine, theirs] = [values[key] ?? null, other.values[key] ?? null]
          values[key] = entry.prefer === 'this' ? filled(mine, theirs) : filled(theirs, mine)
        }
        for (const each of other.tags) tags.add(each)
      }
    }
    return states
  }

  async take(step: Step): Promise<void> {
    const { by } = this
    const on = this.ids[step.on] ?? ''
    const other = 'other' in step ? (this.ids[step.other] ?? '') : ''
    const param = { id: on }
    const { customers, interactions } = api(by.token).v1
    if (step.what === 'restore') return this.restore(on)
    if (!this.isLiving(on) || ('other' in step && (!this.isLiving(other) || on === other))) return
    switch (step.what) {
      case 'merge':
        await bodyOf(mergeInto(by, on, other, step.prefer), 200)
        this.log.push({ what: 'merge', on, other, prefer: step.prefer, isUndone: false })
        return
      case 'edit': {
        this.edits += 1
        const isNamed = step.name === 'name' || !step.isEmptied
        const value = isNamed ? `Edit ${this.edits}` : null
        const field = Object.entries(PATCHED).find(([column]) => column === step.name)?.[1]
        // A main number alone that is emptied is followed by the next one, which the model does not know.
        const isListEmptied = field === 'phone' && value === null
        const json = isListEmptied
          ? { phones: [] }
          : field
            ? { [field]: value }
            : { customFields: { [step.name.slice(1)]: value } }
        await bodyOf(customers[':id'].$patch({ param, header: {}, json }), 200)
        this.log.push({ what: 'set', on, name: step.name, value })
        return
      }
      case 'trash':
        expect((await customers[':id'].$delete({ param, header: {} })).status).toBe(204)
        this.trashed.add(on)
        return
      case 'note': {
        const { id } = await bodyOf(interactions.$post({ json: { customerId: on, type: 'CALL', body: 'New' } }), 201)
        this.homes.set(id, on)
        return
      }
      case 'forget': {
        const [row] = await rows('SELECT id FROM interactions WHERE customer_id = ? ORDER BY seq LIMIT 1', on)
        if (!row) return
        expect((await interactions[':id'].$delete({ param: { id: String(row.id) }, header: {} })).status).toBe(204)
        this.homes.delete(row.id)
        return
      }
      case 'tag':
      case 'untag':
        return this.changeTag(step.what, on, step.tag)
      case 'relate':
      case 'unrelate':
        return this.changeKin(step.what, on, other, step.kind)
    }
  }

  async restore(id: string): Promise<void> {
    await bodyOf(restore(this.by, id), 200)
    const merge = this.mergeOf(id)
    if (merge) merge.isUndone = true
    this.trashed.delete(id)
  }

  private async changeTag(what: 'tag' | 'untag', on: string, name: string): Promise<void> {
    const id = this.by.workspaceId + name
    const has = await count('customer_tags', 'customer_id = ? AND tag_id = ?', on, id)
    if (has === (what === 'tag' ? 1 : 0)) return
    if (what === 'tag') await tag(this.by.workspaceId, [[on, [name]]])
    else await rows('DELETE FROM customer_tags WHERE customer_id = ? AND tag_id = ?', on, id)
    this.log.push({ what, on, tag: id })
  }

  private async changeKin(what: 'relate' | 'unrelate', on: string, otherId: string, kind: string): Promise<void> {
    const isPair = ({ from_id, to_id }: Row) => [on, otherId].every((id) => id === from_id || id === to_id)
    const { customers } = api(this.by.token).v1
    const param = { id: on, otherId }
    const pairs = 'SELECT from_id, to_id FROM customer_relationships WHERE from_id = ? OR to_id = ?'
    const has = (await rows(pairs, on, on)).some(isPair)
    if (has === (what === 'relate')) return
    if (what === 'relate') {
      const { status } = await customers[':id'].relationships[':otherId'].$put({ param, json: { kind } })
      expect([200, 409]).toContain(status)
      if (status === 200) this.related.push({ from_id: on, to_id: otherId, kind })
      return
    }
    expect((await customers[':id'].relationships[':otherId'].$delete({ param })).status).toBe(204)
    const own = this.related.findIndex(isPair)
    if (own >= 0) this.related.splice(own, 1)
  }

  async check(): Promise<Held> {
    const now = await held(this.ids)
    const states = this.states()
    for (const row of now.customers) {
      const state = states.get(row.id) ?? expect.fail()
      expect(present(valuesOf(row))).toEqual(present(state.values))
      const tags = now.tags.filter(({ customer_id }) => customer_id === row.id).map(({ tag_id }) => tag_id)
      expect(tags.sort()).toEqual([...state.tags].sort())
      expect(row.is_trashed).toBe(this.isLiving(String(row.id)) ? 0 : 1)
    }
    const hanging = [...now.interactions, ...now.tickets, ...now.leads]
    const places = hanging.map((row) => [row.id, row.customer_id])
    expect(new Map(places as [unknown, unknown][])).toEqual(
      new Map([...this.homes].map(([id, home]) => [id, this.rootOf(home)])),
    )
    const owners = new Map(now.customers.map((row) => [row.id, row.owner_id]))
    for (const row of [...now.interactions, ...now.tickets]) expect(row.owner_id).toBe(owners.get(row.customer_id))
    return now
  }
}

describe('any history of merges', () => {
  let people: Awaited<ReturnType<typeof team>>
  beforeAll(async () => {
    people = await team()
  })

  it('is what it would be without those that are undone, and after undoing all everything is where it was', async () => {
    const { manager } = people
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        scenes(people),
        fc.array(step, { minLength: 6, maxLength: 18 }),
        order,
        async (scene, steps, last) => {
          const ids = await stage(manager, scene)
          const before = await held(ids)
          const history = new History(manager, ids, before)
          for (const each of steps) {
            await history.take(each)
            await history.check()
          }
          for (const i of last) {
            await history.restore(ids[i] ?? '')
            await history.check()
          }
          const after = await history.check()
          const kin = (list: Row[]) => list.map(({ from_id, to_id, kind }) => `${from_id} ${to_id} ${kind}`).sort()
          expect(kin(after.relationships)).toEqual(kin(history.related))
          for (const row of after.tickets) {
            expect(row.deleted_at).toBe(before.tickets.find(({ id }) => id === row.id)?.deleted_at)
          }
          const list = JSON.stringify(ids)
          for (const table of ['interactions', 'tickets', 'leads']) {
            const isAway = 'home_id IS NOT NULL AND customer_id IN (SELECT value FROM json_each(?))'
            expect(await count(table, isAway, list)).toBe(0)
          }
          const merges = 'SELECT id FROM customer_merges WHERE survivor_id IN (SELECT value FROM json_each(?))'
          expect(await count('customer_merged_rows', `merge_id IN (${merges})`, list)).toBe(0)
        },
      ),
      { numRuns: 30 },
    )
    const { kept, counted } = await counters(manager.workspaceId)
    expect(kept).toEqual(counted)
    const isWrong = `(c.last_interaction_at, c.next_follow_up_at, c.interaction_count) IS NOT (k.last_interaction_at,
      k.next_follow_up_at, (SELECT count(*) FROM interactions i WHERE i.customer_id = c.id AND i.type NOT IN ('TASK', 'FOLLOW_UP')))`
    expect(await count('customers c JOIN customers_kept k ON k.id = c.id', isWrong)).toBe(0)
    const due = (table: string) =>
      rows(
        `SELECT owner, day, part, count FROM ${table} WHERE workspace_id = ? AND metric = 'due' AND count <> 0
        ORDER BY owner, day, part`,
        manager.workspaceId,
      )
    expect(await due('rollups')).toEqual(await due('rollups_recounted'))
  })
})
