// What a list is asked by the address, read by the schema of the API's list. A filter that is none is left out and told.
import type { z } from 'zod'
import type { Desk } from './desk'

/** The question of a list: the parameters of the address, with these beside them. What the schema refuses is left out. */
export function questionOf<S extends z.ZodType>(
  { query }: Pick<Desk, 'query'>,
  schema: S,
  usual: Record<string, string>,
): z.output<S> {
  const asked = [...query].filter(([, value]) => value !== '')
  let question = { ...Object.fromEntries(asked), ...usual }
  // What parameters are together is checked only after each of them fits, so a question may be refused more than once.
  for (;;) {
    const { data, error } = schema.safeParse(question)
    if (!error) return data
    const names = Object.keys(question)
    const wrong = new Set(error.issues.flatMap(placesOf).flatMap((place) => parametersAt(place, names)))
    question = Object.fromEntries(Object.entries(question).filter(([name]) => wrong.size > 0 && !wrong.has(name)))
    if (names.length === 0) throw error
  }
}

function placesOf(issue: z.core.$ZodIssue): string[] {
  return issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')]
}

// `customFields.plan` is a parameter, and an issue may be of it, of all custom fields, or of an item of a list.
function parametersAt(place: string, names: string[]): string[] {
  if (names.includes(place)) return [place]
  return names.filter((name) => name.startsWith(`${place}.`) || place.startsWith(`${name}.`))
}

const SHOWN = 30

/** The page of a timeline that the address asks for. */
export function pageOf({ query }: Pick<Desk, 'query'>): { limit: number; cursor?: string } {
  const cursor = query.get('cursor')?.slice(0, 2000)
  return cursor ? { limit: SHOWN, cursor } : { limit: SHOWN }
}
