// Attacks by text: what is aimed at, and the look at what came back.
import { expect } from 'vitest'
import { operations } from './operations'
import { aim, type Belongings, isFailure, slotsOf } from './targets'

/** Every operation that takes text, with the places that take it. */
export const aimed = operations
  .map((operation) => ({ operation, name: operation.name, slots: slotsOf(operation) }))
  .filter(({ slots }) => slots.length > 0)

/** Sends each text to each place of an operation: it is taken as text, and shows nothing of `theirs`. */
export async function expectText(
  { operation, slots }: (typeof aimed)[number],
  payloads: string[],
  mine: Belongings,
  theirs: Belongings,
) {
  for (const slot of slots) {
    for (const payload of payloads) {
      const response = await aim(operation, mine, slot, payload)
      const what = `${operation.name}, ${slot.at} ${slot.name}: ${JSON.stringify(payload)}`
      const body = await response.text()
      expect(isFailure(response), what).toBe(false)
      expect(body, what).not.toContain(theirs.marker)
      expect(body, what).not.toContain('$2b$')
      expect([...response.headers].flat().join(' '), what).not.toMatch(/evil|set-cookie/i)
    }
  }
}
