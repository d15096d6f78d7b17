// Walking lists page by page, as a client does.
import { expect } from 'vitest'
import { bodyOf } from './answers'
import { api } from './api'

export type LeadQuery = NonNullable<Parameters<ReturnType<typeof api>['v1']['leads']['$get']>[0]>['query']

/** One page of leads. */
export function leadPage(token: string, query: LeadQuery) {
  return bodyOf(api(token).v1.leads.$get({ query }), 200)
}

type Pages = Awaited<ReturnType<typeof leadPage>>[]

/** Every page of a list of leads, from the first to the last; `between` runs before each further one. */
export async function leadPages(token: string, query: LeadQuery, between?: () => Promise<unknown>): Promise<Pages> {
  const pages = [await leadPage(token, query)]
  for (let cursor = pages[0]?.nextCursor; cursor; cursor = pages.at(-1)?.nextCursor) {
    await between?.()
    pages.push(await leadPage(token, { ...query, cursor }))
    expect(pages.length, 'a walk that does not end').toBeLessThan(200)
  }
  return pages
}

/** The ids of the leads on some pages, in order. */
export const idsOf = (pages: Pages) => pages.flatMap(({ data }) => data.map(({ id }) => id))
