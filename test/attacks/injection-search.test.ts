// Attacks by the syntax of full-text search, in every place of every operation that takes text.
import { beforeAll, describe, expect, it } from 'vitest'
import { founder } from '../support/factories'
import { aimed, expectText } from '../support/injection'
import { type Belongings, belongings, everythingOf } from '../support/targets'

const FTS = [
  '*',
  `"`,
  `" OR "a`,
  'a* OR b*',
  'NEAR(a b, 10)',
  'name:a',
  '^a',
  'a NOT b',
  `x" OR customers_fts MATCH "z`,
  '⟦⟧',
]

let mine: Belongings
let theirs: Belongings
let before: string

beforeAll(async () => {
  const [attacker, victim] = [await founder(), await founder()]
  mine = await belongings(attacker)
  theirs = await belongings(victim)
  before = await everythingOf(victim.workspaceId)
})

describe('FTS5 injection', () => {
  it.each(aimed)('through $name is text: no failure, no foreign row, no header', (each) =>
    expectText(each, FTS, mine, theirs),
  )
})

it('FTS5 injection has left every row of others', async () => {
  expect(await everythingOf(theirs.person.workspaceId)).toBe(before)
})
