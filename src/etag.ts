// The ETag of a record: written from its row, and read back as a version.

/** A record with a version, and with the columns that triggers keep, which change an answer and not the version. */
export type Versioned = {
  version: number
  lastInteractionAt?: string | null
  nextFollowUpAt?: string | null
  nextTouchAt?: string | null
  count?: number
  leads?: number
  tickets?: number
}

/** The strong ETag of a record, in its quotes: the version, and the columns that triggers keep. */
export function etagOf({ version, lastInteractionAt, nextFollowUpAt, nextTouchAt, ...counts }: Versioned): string {
  const kept = [lastInteractionAt, nextFollowUpAt, nextTouchAt].filter((at) => typeof at === 'string').map(Date.parse)
  return `"${[version, ...kept, ...[counts.count, counts.leads, counts.tickets].filter((count) => count !== undefined)].join('-')}"`
}

/** The same of a record with others beside it, which change without it. */
export function etagBeside(record: Versioned, others: unknown): string {
  return `${etagOf(record).slice(0, -1)}-${digits(JSON.stringify(others))}"`
}

// A digest as digits (cyrb53), so that the version stays what stands before the first hyphen.
function digits(text: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  return 4294967296 * (2097151 & low) + (high >>> 0)
}

/**
 * The version in an ETag; 0, which no record has, in a tag that is not ours. A weak tag counts as well: a proxy that
 * compresses an answer weakens its tag, and Cloudflare's does.
 */
export function versionIn(etag: string): number {
  return Number(/^(?:W\/)?"(\d+)[\d-]*"$/.exec(etag)?.[1] ?? 0)
}
