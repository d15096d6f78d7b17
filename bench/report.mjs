// Room: bench. The figures as aligned tables.

const number = (value) => (value === null || value === undefined ? '–' : value.toLocaleString('en'))

/** What each endpoint cost beside what it may cost. */
export function costTable(results) {
  const head = ['', 'as', 'trips', 'statements', 'read', 'written', 'ms', 'given', 'may read', 'may write', '']
  const lines = [head]
  let group
  for (const each of results) {
    if (each.group !== group) lines.push([], [each.group])
    group = each.group
    const { trips, statements, read, written, given, ms, budget, over } = each
    const figures = [trips, statements, read, written, ms, given, budget.read, budget.written].map(number)
    lines.push([`  ${each.name}`, each.as, ...figures, over.length ? `OVER: ${over.join(', ')}` : 'ok'])
  }
  return aligned(lines)
}

/** Requests a second as ratios. */
export function throughputTable(results) {
  const lines = [['', 'ratio', 'quartiles', 'a second', 'against']]
  for (const { name, against, ratio, quartiles, perSecond, againstPerSecond } of results) {
    const [low, high] = quartiles
    lines.push([
      `${name} : ${against}`,
      ratio.toFixed(2),
      `${low.toFixed(2)}–${high.toFixed(2)}`,
      number(perSecond),
      number(againstPerSecond),
    ])
  }
  return aligned(lines)
}

// Text to the left, figures to the right; a line of one cell is a heading and takes no part in the widths.
function aligned(lines) {
  const rows = lines.filter((cells) => cells.length > 1)
  const widths = rows[0].map((_, i) => Math.max(...rows.map((cells) => [...cells[i]].length)))
  const isText = (i) => i === 0 || rows.slice(1).some((cells) => /[a-z]/i.test(cells[i]))
  const pad = (cell, i) => (isText(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
  return lines.map((cells) => (cells.length > 1 ? cells.map(pad).join('  ').trimEnd() : cells.join(''))).join('\n')
}
