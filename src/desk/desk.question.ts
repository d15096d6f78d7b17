// What a list is asked by the address, read by the schema of the API's list. A filter that is none is left out and told.
import type { z } from 'zod'
import type { Desk } from './desk'

/** The question of a list: the parameters of the address that the schema knows, with these beside them. */
export function questionOf<S extends z.ZodType>(
  { query }: Pick<Desk, 'query'>,
  schema: S,
  usual: Record<string, string>,
): z.output<S> {
  const asked = Object.fromEntries([...query].filter(([, value]) => value !== ''))
  const { data, error } = schema.safeParse({ ...asked, ...usual })
  if (!error) return data
  const wrong = new Set(
    error.issues.flatMap(({ path, code, ...issue }) =>
      code === 'unrecognized_keys' && 'keys' in issue ? issue.keys : [path[0]],
    ),
  )
  const right = Object.fromEntries(Object.entries(asked).filter(([name]) => !wrong.has(name)))
  return schema.parse({ ...right, ...usual })
}

const SHOWN = 30

/** The page of a timeline that the address asks for. */
export function pageOf({ query }: Pick<Desk, 'query'>): { limit: number; cursor?: string } {
  const cursor = query.get('cursor')?.slice(0, 2000)
  return cursor ? { limit: SHOWN, cursor } : { limit: SHOWN }
}
