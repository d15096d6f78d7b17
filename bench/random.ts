// Random choices, digits and ids, the same on every run.

export const DAY = 86_400_000
export const YEAR = 365 * DAY

export type Roll = () => number

/** Numbers from 0 to 1 that are the same on every run. */
export function dice(seed: number): Roll {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export function pick<T>(roll: Roll, list: readonly T[]): T {
  const picked = list[Math.floor(roll() * list.length)]
  if (picked === undefined) throw new Error('There is nothing to pick from.')
  return picked
}

export function weighed(roll: Roll, weights: Record<string, number>): string {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0)
  let left = roll() * total
  for (const [key, weight] of Object.entries(weights)) {
    left -= weight
    if (left < 0) return key
  }
  throw new Error('The weights add up to nothing.')
}

const hex = (roll: Roll, digits: number) =>
  Math.floor(roll() * 16 ** digits)
    .toString(16)
    .padStart(digits, '0')

export function uuidv7(ms: number, roll: Roll) {
  const time = ms.toString(16).padStart(12, '0')
  const variant = pick(roll, ['8', '9', 'a', 'b'])
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(roll, 3)}-${variant}${hex(roll, 3)}-${hex(roll, 6)}${hex(roll, 6)}`
}

export const iso = (ms: number) => new Date(ms).toISOString()
