// Words of another person: others may complete, move or remove a record, but not change what its author has said.
import { type AnyColumn, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import type { Ctx } from '../context'
import { AppError } from '../errors'
import type { Requirement } from './change'

/**
 * A text that its author alone changes; that of an API key or an import has no author, and the team changes it. Sending the
 * present text again is no change. The error is `forbidden`.
 */
export function ownWords<Row>(
  { actor }: Ctx,
  author: AnyColumn,
  words: AnyColumn,
  text: string | null | undefined,
): Requirement<Row> {
  return {
    holds:
      text === undefined
        ? sql`true`
        : sql`(${author} IS NULL OR ${author} IS ${authorOf(actor)} OR ${words} IS ${text})`,
    orElse: () =>
      new AppError('forbidden', { detail: 'These are the words of another person: only they change them.' }),
  }
}
