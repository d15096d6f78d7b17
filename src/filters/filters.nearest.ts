// The name that was meant by one that does not exist, for errors.

const MAX_LENGTH = 60

/** The name that differs least from the given one, if it differs by few letters or one of them begins with the other. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const wanted = given.slice(0, MAX_LENGTH).toLowerCase()
  if (wanted === '') return undefined
  const ranked = names
    .map((name) => ({ name, steps: stepsBetween(wanted, name.slice(0, MAX_LENGTH).toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps)
  const [best] = ranked
  if (best && best.steps <= Math.max(1, Math.floor(wanted.length / 3))) return best.name
  return ranked.find(({ name }) => wanted.length > 2 && isPartOf(wanted, name.toLowerCase()))?.name
}

/** The nearest name as the end of an error's message; empty where no name is near. */
export function didYouMean(given: string, names: readonly string[]): string {
  const name = nearestName(given, names)
  return name === undefined ? '' : `. Did you mean ${name}?`
}

function isPartOf(wanted: string, name: string): boolean {
  return name.includes(wanted) || (name.length > 2 && wanted.includes(name))
}

// Letters to put in, take out, change or swap with their neighbour.
function stepsBetween(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const isSame = from[i - 1] === to[j - 1]
      const steps = [(row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (isSame ? 0 : 1)]
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (isSwapped) steps.push((before[j - 2] ?? 0) + 1)
      next.push(Math.min(...steps))
    }
    before = row
    row = next
  }
  return row[to.length] ?? 0
}
