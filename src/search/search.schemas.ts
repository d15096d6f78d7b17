// The shapes of a search over everything: the question, and a group for each kind of record.
import { z } from '@hono/zod-openapi'
import { Customer } from '../customers/customers.schemas'
import { text } from '../field-schemas'
import { Interaction } from '../interactions/interactions.schemas'
import { Lead } from '../leads/leads.schemas'
import { Ticket } from '../tickets/tickets.schemas'

export const SearchQuery = z.strictObject({
  q: text(100).openapi({
    description: 'Part of a name, an address, a number, a title or of what was said; case and accents do not matter.',
    example: 'alice',
  }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(20)
    .default(5)
    .openapi({ description: 'The most records of each kind, 1 to 20.', example: 5 }),
})

const groupOf = <S extends z.ZodType>(record: S) =>
  z
    .object({
      data: z.array(record),
      hasMore: z
        .boolean()
        .openapi({ description: 'There may be more: the list of the kind has them, with the same `q`.' }),
      partial: z
        .literal(true)
        .optional()
        .openapi({ description: 'Only the newest rows were looked through: the question has one or two characters.' }),
    })
    .optional()

export const SearchResults = z
  .object({
    customers: groupOf(Customer),
    leads: groupOf(Lead),
    tickets: groupOf(Ticket),
    interactions: groupOf(Interaction),
  })
  .openapi('SearchResults', { description: 'A kind that you may not see is left out.' })
