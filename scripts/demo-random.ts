// Random choices for the demo data, the same at every run.
const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export type Random = ReturnType<typeof createRandom>

/** Mulberry32: a 32-bit state, plenty for inventing people. */
export function createRandom(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  const pick = <T>(list: readonly T[]): T => {
    const picked = list[whole(0, list.length - 1)]
    if (picked === undefined) throw new Error('There is nothing to pick from.')
    return picked
  }
  return {
    next,
    whole,
    pick,
    chance: (share: number) => next() < share,
    between: (from: number, to: number) => Math.round(from + next() * (to - from)),
    hex: (count: number) => Array.from({ length: count }, () => whole(0, 15).toString(16)).join(''),
    some: <T>(list: readonly T[], count: number): T[] =>
      list
        .map((item) => ({ item, place: next() }))
        .sort((a, b) => a.place - b.place)
        .slice(0, count)
        .map(({ item }) => item),
  }
}

/** A UUIDv7 of an instant (ms): lists walk by id and by row number alike, so its time must be that of created_at. */
export function uuidAt(ms: number, random: Random) {
  const time = ms.toString(16).padStart(12, '0')
  const variant = random.pick(['8', '9', 'a', 'b'])
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.hex(3)}-${variant}${random.hex(3)}-${random.hex(12)}`
}

/** The instant, or the next one that falls into office hours (UTC, Monday to Friday, 8 to 18). */
export function atWork(ms: number, random: Random) {
  const hour = new Date(ms).getUTCHours()
  let day = ms - (ms % DAY)
  if (hour >= 18) day += DAY
  while ([0, 6].includes(new Date(day).getUTCDay())) day += DAY
  const isNow = day === ms - (ms % DAY) && hour >= 8 && hour < 18
  return isNow ? ms : day + random.between(8 * HOUR, 11 * HOUR)
}
