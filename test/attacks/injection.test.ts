// Attacks by text: SQL and header injection, in every place of every operation that takes text.
import { beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../support/database'
import { founder } from '../support/factories'
import { aimed, expectText } from '../support/injection'
import { type Belongings, belongings, everythingOf } from '../support/targets'

const SQL = [
  `' OR 1=1 --`,
  `" OR ""="`,
  `'; DROP TABLE leads; --`,
  `x') UNION SELECT id, password_hash FROM users --`,
  '%',
  `') OR workspace_id <> ('`,
]
const HEADERS = ['x\r\nSet-Cookie: evil=1', 'x\nLocation: https://evil.example', 'x\u0000evil', 'x\u2028evil: 1']

let mine: Belongings
let theirs: Belongings
let before: string
let schema: unknown

const tables = () => rows('SELECT name, sql FROM sqlite_master ORDER BY name')

beforeAll(async () => {
  const [attacker, victim] = [await founder(), await founder()]
  mine = await belongings(attacker)
  theirs = await belongings(victim)
  before = await everythingOf(victim.workspaceId)
  schema = await tables()
})

it('the places that take text are looked at, body, path and query', () => {
  const places = aimed.flatMap(({ name, slots }) => slots.map((slot) => `${name} ${slot.at} ${slot.name}`))
  expect(places.length).toBeGreaterThan(130)
  for (const place of [
    'GET /v1/leads query q',
    'PUT /v1/customers/{id}/tags/{name} path name',
    'POST /v1/leads body email',
  ]) {
    expect(places).toContain(place)
  }
})

describe.each([
  ['SQL', SQL],
  ['header', HEADERS],
])('%s injection', (_kind, payloads) => {
  it.each(aimed)('through $name is text: no failure, no foreign row, no header', (each) =>
    expectText(each, payloads, mine, theirs),
  )
})

it('SQL injection has left every table, trigger and index as it was, and every row of others', async () => {
  expect(await tables()).toEqual(schema)
  expect(await everythingOf(theirs.person.workspaceId)).toBe(before)
})
