// Which part of the search index a query streams: an FTS5 expression over words, origin and scope codes.
import type { Owners } from '../access/visible'
import { codeOf, NOBODY, STATUS_CODES } from '../db/codes'
import { phrase } from '../db/listing'

export type Sought = {
  q?: string
  status?: keyof typeof STATUS_CODES
  source?: string
}

/** An FTS5 MATCH expression; whatever the user typed stands in it as a quoted phrase, never as syntax. */
export function matchOf(workspaceId: string, owners: Owners, { q, status, source }: Sought): string {
  const parts = [`scope : ${phrase(codeOf(workspaceId))}`]
  if (owners !== 'all') {
    const codes = owners.map((owner) => phrase(owner === null ? NOBODY : codeOf(owner)))
    parts.push(`scope : (${codes.join(' OR ')})`)
  }
  if (status) parts.push(`scope : ${phrase(STATUS_CODES[status])}`)
  if (source) parts.push(`origin : ${phrase(`⟦${source}⟧`)}`)
  if (q) parts.push(`words : ${phrase(q)}`)
  return parts.map((part) => `(${part})`).join(' AND ')
}
