// Looks at the first rows of a file, for a preview: what they would become, samples of their columns, and their problems.
import type { ImportFile } from './imports.file'
import type { Issue, PreparedRow } from './imports.rows'
import type { preparerOf } from './imports.stager'

/** How many rows are looked at. */
const MAX_ROWS = 500
const MAX_PROBLEMS = 100
const SAMPLES = 3
const SAMPLE_CHARACTERS = 100

/** The first 500 rows that are valid, the first three values of each column, and the problems of all rows. */
export async function lookAt(file: ImportFile, { prepare }: ReturnType<typeof preparerOf>) {
  const problems = createProblems()
  const samples: Set<string>[] = []
  const rows: PreparedRow[] = []
  let [looked, isWhole] = [0, true]
  for await (const row of file.rows) {
    if ('skipped' in row) {
      problems.add({
        line: row.line,
        level: 'warning',
        field: null,
        code: row.code ?? 'skipped_line',
        value: row.value,
        message: row.skipped,
      })
      continue
    }
    if (looked === MAX_ROWS) {
      isWhole = false
      break
    }
    looked += 1
    if ('fault' in row) {
      problems.add({
        line: row.line,
        level: 'error',
        field: null,
        code: 'unreadable_row',
        value: row.cells[0] ?? null,
        message: row.fault,
      })
      continue
    }
    const { row: prepared, issues } = prepare(row.line, row.content)
    for (const issue of issues) problems.add(issue)
    if (prepared) rows.push(prepared)
    row.content.forEach((cell, i) => {
      const known = samples[i] ?? new Set()
      samples[i] = known
      if (known.size < SAMPLES && cell !== undefined && cell.trim() !== '')
        known.add(cell.trim().slice(0, SAMPLE_CHARACTERS).toWellFormed())
    })
  }
  return { rows, looked, isWhole, samples: samples.map((each) => [...each]), problems: problems.list() }
}

// Problems of one kind in one field are one, with its first row and how many there are.
function createProblems() {
  const known = new Map<string, Issue & { count: number }>()
  function add(issue: Issue) {
    const key = `${issue.level} ${issue.field} ${issue.code}`
    const before = known.get(key)
    if (before) before.count += 1
    else if (known.size < MAX_PROBLEMS) known.set(key, { ...issue, count: 1 })
  }
  return { add, list: () => [...known.values()] }
}
