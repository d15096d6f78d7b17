// Everything that a workspace exports, another takes: exported again, it is the same but for what is listed here.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { send } from '../support/api'
import { exported } from '../support/exports'
import { founder, type Person } from '../support/factories'
import { figures, imported } from '../support/imports'

const ENTITIES = ['customers', 'leads', 'tags', 'relationships', 'tickets', 'interactions'] as const
/** What differs: ids, external ids where there was none, and when records were made and changed. */
const OWN = [
  ...['id', 'externalId', 'customerId', 'leadId', 'ticketId', 'interactionId', 'fromId', 'toId'],
  ...['customerExternalId', 'leadExternalId', 'fromExternalId', 'toExternalId'],
  ...['createdBy', 'openedBy', 'assigneeId'],
  ...['createdAt', 'updatedAt', 'claimedAt', 'convertedAt'],
]

type Fields = Record<string, unknown>
const parsed = (text: string): Fields[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => `x${text.replace(/[\0\r]/g, '').trim()}y`.normalize().toWellFormed())
const field = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant('5'), fc.constant('=1+1'))
const instant = fc
  .integer({ min: 1_700_000_000, max: 1_790_000_000 })
  .map((second) => new Date(second * 1_000).toISOString())
const world = fc.record({
  customers: fc.array(fc.record({ name: word, external: fc.boolean(), plan: field, tag: word }), {
    minLength: 3,
    maxLength: 5,
  }),
  leads: fc.array(fc.record({ title: word, description: word }), { minLength: 2, maxLength: 3 }),
  tickets: fc.array(
    fc.record({ title: word, of: fc.nat(2), level: field, status: fc.constantFrom('OPEN', 'IN_PROGRESS', 'RESOLVED') }),
    { minLength: 2, maxLength: 3 },
  ),
  notes: fc.array(
    fc.record({
      body: word,
      type: fc.constantFrom('NOTE', 'CALL', 'MEETING', 'TASK'),
      of: fc.nat(2),
      at: instant,
      isOfLead: fc.boolean(),
    }),
    { minLength: 3, maxLength: 8 },
  ),
})
type World = typeof world extends fc.Arbitrary<infer W> ? W : never

async function post(by: Person, path: string, body: unknown, method = 'POST'): Promise<{ id: string }> {
  const answer = await send(path, { method, token: by.token, ...(body === undefined ? {} : { json: body }) })
  const text = await answer.text()
  expect(answer.status, `${path} ${text}`).toBeLessThan(300)
  return text === '' ? { id: '' } : JSON.parse(text)
}

async function built(by: Person, { customers, leads, tickets, notes }: World) {
  const ids: string[] = []
  for (const [i, { name, external, plan, tag }] of customers.entries()) {
    const more = { email: `c${i}@example.com`, customFields: { plan }, ...(external ? { externalId: `E-${i}` } : {}) }
    const { id } = await post(by, '/v1/customers', { name, ownerId: by.id, ...more })
    await post(by, `/v1/customers/${id}/tags/${encodeURIComponent(tag.slice(0, 50))}`, undefined, 'PUT')
    ids.push(id)
  }
  const leadIds: string[] = []
  for (const lead of leads) leadIds.push((await post(by, '/v1/leads', lead)).id)
  const ticketIds: string[] = []
  for (const { title, of, level, status } of tickets) {
    const { id } = await post(by, '/v1/tickets', {
      title,
      customerId: ids[of],
      priority: 'HIGH',
      customFields: { level },
    })
    if (status !== 'OPEN') await post(by, `/v1/tickets/${id}`, { status }, 'PATCH')
    ticketIds.push(id)
  }
  for (const { body, type, of, at, isOfLead } of notes) {
    const parent = isOfLead ? { leadId: leadIds[of % leadIds.length] } : { customerId: ids[of] }
    await post(by, '/v1/interactions', { type, body, occurredAt: at, ...parent })
  }
  await post(by, `/v1/tickets/${ticketIds[0]}/comments`, { body: 'a comment' })
  await post(by, `/v1/tickets/${ticketIds[0]}/assignee`, { assigneeId: by.id }, 'PUT').catch(() => undefined)
  await post(by, `/v1/customers/${ids[0]}/relationships/${ids[1]}`, { kind: 'manager' }, 'PUT')
  await post(by, `/v1/customers/${ids[1]}/relationships/${ids[2]}`, { kind: 'godmother' }, 'PUT')
}

// Whose record a row is, by what stays the same: the external id, or the id that has become one.
const known = (row: Fields, ref: string) => row[`${ref}ExternalId`] ?? row[`${ref}Id`] ?? null
const shown = (row: Fields) => ({
  ...Object.fromEntries(Object.entries(row).filter(([name]) => !OWN.includes(name))),
  refs: ['customer', 'lead', 'from', 'to'].map((ref) => known(row, ref)),
  known: row.externalId ?? null,
})

it.each(['ndjson', 'csv'])('a workspace comes in as %s as it went out', async (format) => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const [from, to] = [await founder(), await founder()]
      await built(from, given)
      const before: Fields[][] = []
      const after: Fields[][] = []
      for (const entity of ENTITIES) {
        before.push(parsed(await exported(from, `${entity}?format=ndjson`)))
        const file = (await exported(from, `${entity}?format=${format}`)).replaceAll(from.email, to.email)
        const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson'
        if (before.at(-1)?.length === 0) continue
        const report = await imported(to, file, { type, query: { entity } })
        expect(figures(report), JSON.stringify(report.errors)).toMatchObject({
          failed: 0,
          received: before.at(-1)?.length,
        })
      }
      for (const entity of ENTITIES) after.push(parsed(await exported(to, `${entity}?format=ndjson`)))
      const mail = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(from.email, to.email))
      // An id without an external id is the external id from then on.
      const asExternal = (entity: string, row: Fields) =>
        entity === 'customers' || entity === 'leads' ? { ...row, externalId: row.externalId ?? row.id } : row
      const order = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
      for (const [i, entity] of ENTITIES.entries()) {
        const was = before[i]?.map((row) => mail(shown(asExternal(entity, row)))) ?? []
        expect(after[i]?.map(shown).sort(order), entity).toEqual(was.sort(order))
      }
    }),
    { numRuns: 3, seed: 7, endOnFailure: true },
  )
})
