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

/**
 * The version in an ETag; 0, which no record has, in a tag that is not ours. A weak tag counts as well: a proxy that
 * compresses an answer weakens its tag, and Cloudflare's does.
 */
export function versionIn(etag: string): number {
  return Number(/^(?:W\/)?"(\d+)[\d-]*"$/.exec(etag)?.[1] ?? 0)
}
