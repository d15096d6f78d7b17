// Reading and erasing a person where the workspace is full of what is not theirs: within the bounds of a request.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, costOf } from '../support/answers'
import { api } from '../support/api'
import { made, put } from '../support/customers'
import { count, rows } from '../support/database'
import { founder, type Person, unique } from '../support/factories'
import { runJobsToTheEnd } from '../support/jobs'

const MANY = 12_000
const mark = unique('zqb').toLowerCase()
const at = '2026-01-01T00:00:00.000Z'

let admin: Person
let email: string
let id: string

beforeAll(async () => {
  admin = await founder()
  email = `${mark}@example.com`
  id = (await made(admin, { name: 'Alice', email })).id
  const { id: other } = await made(admin, { name: 'Bob' })
  const { workspaceId } = admin
  const numbers = JSON.stringify(Array.from({ length: MANY }, (_, n) => n))
  // Leads in the trash, one of which is the person's; mails and rows of files about others; what changed in a relation.
  await rows(
    `INSERT INTO leads (id, workspace_id, title, email, status, source, created_at, updated_at, deleted_at, version)
      SELECT printf('00000000-0000-4000-8000-%012x', value), ?1, 'Lead', iif(value = 7000, ?3, 'other' || value || '@example.com'),
        'NEW', 'web', ?4, ?4, ?4, 1 FROM json_each(?2)`,
    workspaceId,
    numbers,
    email,
    at,
  )
  await rows(
    `INSERT INTO outbox (id, workspace_id, template, recipient, payload, state, next_attempt_at, give_up_at, created_at)
      SELECT printf('00000000-0000-4000-8000-%012x', value), ?1, 'reminder', 'other' || value || '@example.com', '{}', 'SENT',
        ?3, ?3, ?3 FROM json_each(?2)`,
    workspaceId,
    numbers,
    at,
  )
  const relationship = (customerId: string) => JSON.stringify({ relationship: [null, { customerId, kind: 'knows' }] })
  await put(
    'events',
    [
      [id, other],
      [other, id],
    ].map(([subjectId, to], n) => ({
      ...{ workspaceId, seq: 900_000 + n, id: crypto.randomUUID(), subjectType: 'customer', subjectId },
      ...{
        verb: 'customer.related',
        actorType: 'user',
        actorId: admin.id,
        createdAt: at,
        changes: relationship(to ?? ''),
      },
    })),
  )
  await rows(
    `INSERT INTO events (workspace_id, seq, id, subject_type, subject_id, verb, actor_type, actor_id, changes, created_at)
      SELECT ?1, 1000000 + value, hex(randomblob(8)), 'customer', ?3, 'customer.updated', 'user', ?4, '{}', ?5 FROM json_each(?2)`,
    workspaceId,
    numbers,
    other,
    admin.id,
    '2025-01-01T00:00:00.000Z',
  )
}, 60_000)

describe('in a full workspace', () => {
  it('a person is read within the bound of rows, and it is said where not all was looked through', async () => {
    const response = await api(admin.token).v1.customers[':id']['personal-data'].$get({ param: { id } })
    expect(costOf(response).read).toBeLessThanOrEqual(25_000)
    const { data, incomplete } = await bodyOf(Promise.resolve(response), 200)
    expect(incomplete).toEqual(['mails'])
    expect(data.leads?.map((lead) => lead.email)).toEqual([email])
    expect(data.mentions).toHaveLength(1)
  })

  it('and erased within it: leads in the trash, and what is told of a relationship to them', async () => {
    const response = await api(admin.token).v1.customers[':id'].erase.$post({ param: { id } })
    const { read, written } = costOf(response)
    expect([read, written, read <= 25_000, written <= 5_000]).toEqual([read, written, true, true])
    await bodyOf(Promise.resolve(response), 200)
    await runJobsToTheEnd()
    expect(await count('leads', 'email = ?', email)).toBe(0)
    expect(await count('events', `instr(changes, ?) > 0`, id)).toBe(0)
  })
})
