// Exports for a test: fetched as files, and lists of the same filters walked to their end to compare with.
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { send, worker } from './api'
import { databaseWith } from './bindings'
import type { Person } from './factories'

export const ENTITIES = ['customers', 'leads', 'interactions', 'tickets'] as const
export type Entity = (typeof ENTITIES)[number]
type By = Pick<Person, 'token'>
type Fetch = typeof globalThis.fetch

/** A Worker whose exports read so many rows at a time. */
export const readingBy = (rows: number) => worker({ EXPORT_PAGE_ROWS: String(rows) })

export const exporting = (by: By, path: string, fetch?: Fetch) => send(`/v1/exports/${path}`, by, fetch)

/** The text of an export, which must succeed. */
export async function exported(by: By, path: string, fetch?: Fetch): Promise<string> {
  const answer = await exporting(by, path, fetch)
  const text = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(await answer.arrayBuffer())
  expect(answer.status, text.slice(0, 300)).toBe(200)
  return text
}

/** The ids of an export, in its order. */
export async function idsOf(by: By, entity: Entity, query = '', fetch?: Fetch): Promise<string[]> {
  const text = await exported(by, `${entity}?columns=id&${query}`, fetch)
  return text.split('\r\n').slice(1, -1)
}

/** The ids of the list with the same filters, walked to its end. */
export async function listed(by: By, entity: Entity, query = ''): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const answer = await send(`/v1/${entity}?limit=100&${query}${cursor && `&cursor=${cursor}`}`, by)
    const text = await answer.text()
    expect(answer.status, text).toBe(200)
    const page: { data: { id: string }[]; nextCursor: string | null } = JSON.parse(text)
    ids.push(...page.data.map(({ id }) => id))
    cursor = page.nextCursor
  }
  return ids
}

/** A Worker whose batches are counted, each by its rows, and fail from the `failing`th on. */
export function watching(rows: number, failing = Number.POSITIVE_INFINITY) {
  const batches: number[] = []
  const DB = databaseWith(async (send, statements) => {
    if (batches.length + 1 >= failing) throw new Error('D1_ERROR: Network connection lost.')
    const results = await send(statements)
    // The first asks whether the caller still stands.
    batches.push(results[1]?.results.length ?? 0)
    return results
  })
  return { batches, fetch: worker({ EXPORT_PAGE_ROWS: String(rows), DB }) }
}

/** Runs a statement past the API. */
export const run = (statement: string, ...values: unknown[]) =>
  env.DB.prepare(statement)
    .bind(...values)
    .run()
