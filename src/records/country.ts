// Numbers without a country's code are read by the country of the workspace. A token knows the one of when it was issued, and
// a stranger none: the batch that writes a number fails where the workspace has another, and is sent again by that.
import { type SQL, sql } from 'drizzle-orm'
import type { Statement } from '../db/batch'
import type { Db } from '../db/client'
import { workspaces } from '../db/schema'
import { AppError } from '../errors'

const PREFIX = 'country: '
const TRIES = 3

/** For a batch that writes these numbers: the statement that fails unless the workspace has this country. */
export function countryCheck(
  db: Db,
  numbers: readonly unknown[],
  { workspaceId, country }: { workspaceId: string | SQL; country: string | null },
): Statement[] {
  if (!numbers.some((number) => typeof number === 'string' && number !== '')) return []
  const present = sql`(SELECT ${PREFIX} || coalesce(${workspaces.defaultCountry}, '') FROM ${workspaces}
    WHERE ${workspaces.id} = ${workspaceId} AND ${workspaces.defaultCountry} IS NOT ${country})`
  // A SELECT cannot RAISE. An invalid JSON path makes it fail with the path in the message, and undoes the whole batch.
  return [db.select({ holds: sql`json_extract('{}', coalesce(${present}, '$'))`.as('holds') }).from(sql`(SELECT 1)`)]
}

/** Does the work by the country that is assumed, and again by the one that the workspace has, where that is another. */
export async function byCountry<T>(assumed: string | null, work: (country: string | null) => Promise<T>): Promise<T> {
  let country = assumed
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      return await work(country)
    } catch (error) {
      const found = countryIn(error)
      if (found === undefined) throw error
      country = found === '' ? null : found
    }
  }
  throw new AppError('unavailable', { retryAfter: 1 })
}

function countryIn(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const [, country] = /country: ([A-Z]{2})?/.exec(cause.message) ?? []
    if (cause.message.includes(PREFIX)) return country ?? ''
  }
  return undefined
}

type OfActor = { actor: { country: string | null } }

/** The same for a verb with an actor, whose token knows a country. */
export function byCountryOf<C extends OfActor, T>(ctx: C, work: (ctx: C) => Promise<T>): Promise<T> {
  return byCountry(ctx.actor.country, (country) => work({ ...ctx, actor: { ...ctx.actor, country } }))
}
