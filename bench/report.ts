// The figures as aligned tables.
import type { Cost, Ratio, Run } from './types.ts'

const number = (value?: number | null) => value?.toLocaleString('en') ?? '–'
const verdict = ({ over }: Cost) => (over.length ? `OVER: ${over.join(', ')}` : 'ok')

/** What each endpoint cost beside what it may cost. */
export function costTable(results: Cost[]) {
  const head = ['', 'as', 'trips', 'statements', 'read', 'written', 'ms', 'given', 'may read', 'may write', '']
  return grouped(head, results, (each) => {
    const { trips, statements, read, written, given, ms, budget } = each
    return [...[trips, statements, read, written, ms, given, budget.read, budget.written].map(number), verdict(each)]
  })
}

/** The costs of several sizes side by side. */
export function combinedTable(runs: Run[]) {
  const sizes = runs.map(({ rows }) => `at ${number(rows)}`)
  const head = ['rows read', 'as', ...sizes, 'may be', 'written', 'statements', 'trips', '']
  const costs = runs.at(-1)?.costs ?? []
  return grouped(head, costs, (each, i) => {
    const cells = runs.flatMap((run) => run.costs[i] ?? [])
    const { budget, written, statements, trips } = each
    const figures = [...cells.map(({ read }) => read), budget.read, written, statements, trips].map(number)
    return [...figures, verdict(cells.find(({ over }) => over.length) ?? each)]
  })
}

/** Requests a second as ratios. */
export function throughputTable(results: Ratio[]) {
  const lines = [['', 'ratio', 'quartiles', 'a second', 'against', 'CPU ratio', 'CPU ms']]
  for (const { name, against, ratio, quartiles, perSecond, againstPerSecond, cpuMs, cpuRatio } of results) {
    const [low, high] = quartiles
    const spread = `${low.toFixed(2)}–${high.toFixed(2)}`
    lines.push([
      `${name} : ${against}`,
      ratio.toFixed(2),
      spread,
      number(Math.round(perSecond)),
      number(Math.round(againstPerSecond)),
      cpuRatio?.toFixed(2) ?? '–',
      cpuMs.toFixed(2),
    ])
  }
  return aligned(lines)
}

function grouped(head: string[], results: Cost[], cellsOf: (cost: Cost, i: number) => string[]) {
  const lines = [head]
  let group = ''
  results.forEach((each, i) => {
    if (each.group !== group) lines.push([], [each.group])
    group = each.group
    lines.push([`  ${each.name}`, each.as, ...cellsOf(each, i)])
  })
  return aligned(lines)
}

// Text to the left, figures to the right; a line of one cell is a heading and takes no part in the widths.
function aligned(lines: string[][]) {
  const rows = lines.filter((cells) => cells.length > 1)
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((cells) => [...(cells[i] ?? '')].length)))
  const isText = (i: number) => i === 0 || rows.slice(1).some((cells) => /[a-z]/i.test(cells[i] ?? ''))
  const pad = (cell: string, i: number) => (isText(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))
  return lines.map((cells) => (cells.length > 1 ? cells.map(pad).join('  ').trimEnd() : cells.join(''))).join('\n')
}
