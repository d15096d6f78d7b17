// Gathers the rows and issues of a file in chunks, until there is enough to store: memory holds only a part of the file.
import { Buffer } from 'node:buffer'
import { combineRows, withoutHeld } from './imports.combine'
import { type AnyEntity, MAX_ISSUES, MAX_JSON, TOO_BIG_MESSAGE, traitsOf } from './imports.job'
import type { Issue, PreparedRow } from './imports.rows'

/** One batch writes a chunk, and one database value (2 MB at most) holds its classified rows. */
const CHUNK_ROWS = 4_000
const CHUNK_BYTES = 900_000
/** How many bytes memory gathers before it sends them. */
const FLUSH_BYTES = 2_000_000
/** How many bytes of the issues that are found while a file comes in are kept. */
const MAX_ISSUE_BYTES = 8_000_000

type Chunk = {
  rows: string[]
  originals: string[]
  indexes: Map<string, number>
  /** Which row has an e-mail address, main or further, by the key of that row. */
  addresses: Map<string, string>
  tags: Map<string, string>
  bytes: number
}

const emptyChunk = (): Chunk => ({
  rows: [],
  originals: [],
  indexes: new Map(),
  addresses: new Map(),
  tags: new Map(),
  bytes: 0,
})

const sizeOf = (text: string) => Buffer.byteLength(text)

// A value that is null is none in SQL: it needs no room in a chunk.
function rowText(row: PreparedRow): string {
  const kept: Record<string, unknown> = {}
  for (const key of Object.keys(row)) if (row[key] !== null) kept[key] = row[key]
  return JSON.stringify(kept)
}

type Cells = readonly (string | undefined)[]

/** An issue as it is stored: `n` is its number in its line. */
export type GatheredIssue = Issue & { n: number; original?: string }
/** Chunks and issues to store: lists of JSON texts. `first` is how many chunks were taken before. */
export type Gathered = {
  chunks: { rows: string[]; originals: string[]; tags: Map<string, string> }[]
  issues: string[]
  first: number
}

/** Gathers the rows and issues of one import. Rows of one record within a chunk become one row. */
export function createGathering(duplicates: 'last' | 'refuse', entity: AnyEntity = 'customers') {
  let chunk = emptyChunk()
  let chunks: Chunk[] = []
  let issues: string[] = []
  let [bytes, takenChunks, issueBytes, allIssueBytes] = [0, 0, 0, 0]
  const counts = { received: 0, failed: 0, superseded: 0, issues: 0 }
  const areAddressesUnique = traitsOf(entity).hasContacts

  function addIssue(issue: Issue, n: number, cells?: Cells) {
    counts.issues += 1
    if (counts.issues > MAX_ISSUES || allIssueBytes > MAX_ISSUE_BYTES) return
    const stored: GatheredIssue = { ...issue, n, ...(cells ? { original: JSON.stringify(cells) } : {}) }
    const text = JSON.stringify(stored)
    issues.push(text)
    issueBytes += sizeOf(text)
    allIssueBytes += sizeOf(text)
  }

  /** Counts a row as failed. The first issue of a row stores its cells. */
  function refuse(errors: Issue[], cells: Cells) {
    counts.received += 1
    counts.failed += 1
    for (const [n, issue] of errors.entries()) addIssue(issue, n, n === 0 ? cells : undefined)
  }

  // An address belongs to one row of a chunk: as main address of a row that is matched by it, it is that row.
  function claimAddresses(row: PreparedRow, warnings: Issue[]): PreparedRow {
    if (!areAddressesUnique) return row
    const main = typeof row.email === 'string' ? row.email : undefined
    const holder = main === undefined ? undefined : chunk.addresses.get(main)
    const own = holder !== undefined && row.key === `email:${main}` ? { ...row, key: holder } : row
    if (main !== undefined && holder === undefined) chunk.addresses.set(main, own.key)
    const { furtherEmails = [] } = own
    const free = furtherEmails.filter(({ email }) => {
      const key = chunk.addresses.get(email)
      if (key === undefined) chunk.addresses.set(email, own.key)
      if (key === undefined || key === own.key) return true
      const message = 'Left out: another row has this e-mail address'
      warnings.push({ line: row.line, level: 'warning', field: 'email', code: 'email_taken', value: email, message })
      return false
    })
    if (free.length === furtherEmails.length) return own
    const { furtherEmails: _, ...rest } = own
    return free.length === 0 ? { ...rest, line: own.line, key: own.key, by: own.by } : { ...own, furtherEmails: free }
  }

  function add(given: PreparedRow, warnings: Issue[], cells: Cells, tagNames: Map<string, string>) {
    const row = claimAddresses(given, warnings)
    const index = chunk.indexes.get(row.key)
    const earlier = index === undefined ? undefined : rowAt(index)
    if (earlier && duplicates === 'refuse') return refuse([duplicateIssue(row, earlier, 'error')], cells)
    const whole = earlier ? combineRows(earlier, row) : row
    const combined = areAddressesUnique ? withoutHeld(whole, chunk.addresses) : whole
    if (earlier && sizeOf(JSON.stringify(combined.customFields ?? null)) > MAX_JSON) {
      const issue = { field: null, code: 'too_big', value: null, message: TOO_BIG_MESSAGE }
      return refuse([{ line: row.line, level: 'error', ...issue }], cells)
    }
    counts.received += 1
    for (const [n, issue] of warnings.entries()) addIssue(issue, n)
    if (earlier) {
      counts.superseded += 1
      addIssue(duplicateIssue(row, earlier, 'warning'), warnings.length)
    }
    const text = rowText(combined)
    const original = JSON.stringify(cells)
    const size = sizeOf(text)
    if (!earlier && (chunk.rows.length === CHUNK_ROWS || chunk.bytes + size > CHUNK_BYTES)) {
      closeChunk()
      claimAddresses(row, [])
    }
    const target = chunk.indexes.get(row.key) ?? chunk.rows.length
    chunk.rows[target] = text
    chunk.originals[target] = original
    chunk.indexes.set(row.key, target)
    chunk.bytes += size
    bytes += size + original.length
    for (const key of row.tags ?? []) chunk.tags.set(key, tagNames.get(key) ?? key)
  }

  function rowAt(index: number): PreparedRow {
    return JSON.parse(chunk.rows[index] ?? '{}')
  }

  function closeChunk() {
    if (chunk.rows.length > 0) chunks.push(chunk)
    chunk = emptyChunk()
  }

  /** What memory holds, which is empty then. */
  function take(): Gathered {
    closeChunk()
    const taken = { chunks, issues, first: takenChunks }
    takenChunks += chunks.length
    ;[chunks, issues, bytes, issueBytes] = [[], [], 0, 0]
    return taken
  }

  return {
    counts,
    /** Tells something of the file that is no row of it. */
    tell: (issue: Issue) => addIssue(issue, 50),
    refuse,
    add,
    take,
    isFull: () => bytes + issueBytes > FLUSH_BYTES,
    chunkCount: () => takenChunks,
  }
}

function duplicateIssue(row: PreparedRow, earlier: PreparedRow, level: Issue['level']): Issue {
  const message = `Line ${earlier.line} is the same record${level === 'warning' ? '; this line wins' : ''}`
  return { line: row.line, level, field: null, code: 'duplicate_in_file', value: row.key.slice(0, 200), message }
}
