// dialects: what frontends of these systems send where the product is stricter: blanks, and days for instants.
import { z } from 'zod'
import { instant } from '../http/fields'

const unless = <E>(blanks: readonly unknown[], empty: E) =>
  function unblanked(given: unknown) {
    return blanks.includes(given) ? empty : given
  }

/** A field that may be cleared: forms send '' for what is left empty. */
export const orNull = <S extends z.ZodType>(schema: S) => z.preprocess(unless([''], null), schema.nullish())

/** A field or parameter for which a blank says no more than leaving it out. */
export const unlessBlank = <S extends z.ZodType>(schema: S) => z.preprocess(unless(['', null], undefined), schema)
export const orNothing = <S extends z.ZodType>(schema: S) => unlessBlank(schema.optional())

/** Whether what was sent may be one of a few words, in whatever case. */
export const isWord = (given: unknown): given is string => typeof given === 'string' && given.length <= 40

const day = z.iso.date().transform((date) => `${date}T00:00:00.000Z`)

/** An instant, or a day as a date field gives it, which begins in UTC. */
export const instantOrDay = () =>
  z.union([instant(), day], 'must be an instant such as 2026-11-21T15:00:00Z, or a day such as 2026-11-21')
