// The shapes of bulk changes: which records, what becomes of them, what a preview says, and what became of each.
import { z } from '@hono/zod-openapi'
import { LEAD_STATUSES } from '../db/schema/leads'
import { PRIORITIES, TICKET_STATUSES } from '../db/schema/tickets'
import { ERRORS } from '../errors'
import { Id, jsonObject, text, uuid } from '../field-schemas'
import { Filter } from '../filters/filters.schemas'
import { pageOf, pageQuery } from '../http/pagination'
import { Job } from '../jobs/jobs.schemas'
import { foldText } from '../text/fold'

export const STRATEGIES = ['roundRobin', 'leastBusy'] as const

/** How many records one change takes at most. */
export const MAX_RECORDS = 10_000
const MAX_TAG_NAMES = 20

const tagNames = z.array(text(50)).max(MAX_TAG_NAMES).default([])
const tags = z
  .strictObject({ add: tagNames, remove: tagNames })
  .refine(({ add, remove }) => add.length + remove.length > 0, { error: 'Name at least one tag' })
  .refine(
    ({ add, remove }) => {
      const removed = new Set(remove.map(foldText))
      return !add.some((name) => removed.has(foldText(name)))
    },
    { error: 'A tag cannot be added and removed at once' },
  )
const owner = (who: string) =>
  uuid()
    .nullable()
    .openapi({ type: ['string', 'null'], description: `An active member of the team, or null for ${who}.` })
const stage = (of: string) => uuid().openapi({ description: `A stage of ${of}; it sets the status as well.` })
const common = {
  tags,
  customFields: jsonObject().openapi({
    description: 'Merged with those of each record, key by key. A null value removes a field.',
  }),
  trashed: z.literal(true).openapi({ description: 'Puts them into the trash. It stands alone.' }),
}

function change<S extends z.ZodRawShape>(shape: S, name: string, example: object) {
  return z
    .strictObject(shape)
    .partial()
    .superRefine((given, ctx) => {
      const names = Object.keys(given)
      if (names.length === 0) ctx.addIssue({ code: 'custom', message: 'Say what is to change' })
      if (names.includes('trashed') && names.length > 1) {
        ctx.addIssue({
          code: 'custom',
          path: ['trashed'],
          message: 'stands alone: what goes to the trash is not changed',
        })
      }
    })
    .openapi(name, { example })
}

const LeadChange = change(
  { ownerId: owner('the pool'), status: z.enum(LEAD_STATUSES), stageId: stage('leads'), ...common },
  'LeadBulkChange',
  {
    status: 'CONTACTED',
    tags: { add: ['autumn'] },
  },
)
const CustomerChange = change({ ownerId: owner('nobody'), ...common }, 'CustomerBulkChange', {
  tags: { add: ['vip'], remove: ['lapsed'] },
})
const TicketChange = change(
  {
    assigneeId: owner('nobody'),
    status: z.enum(TICKET_STATUSES),
    stageId: stage('tickets'),
    priority: z.enum(PRIORITIES),
    ...common,
  },
  'TicketBulkChange',
  { status: 'CLOSED' },
)

const selection = {
  ids: z.array(uuid()).min(1).max(MAX_RECORDS).optional().openapi({ description: 'The records. Instead of `filter`.' }),
  filter: Filter.optional(),
  expect: z
    .number()
    .int()
    .min(0)
    .max(MAX_RECORDS)
    .optional()
    .openapi({
      description:
        'How many records the filter finds. If it finds another number, nothing happens: 409 `count_differs`, with the ' +
        '`count`. Needed with `filter`, unless it is a `dryRun`.',
    }),
  dryRun: z.boolean().default(false).openapi({ description: 'Only say what would happen.' }),
}
type Selected = { ids?: string[]; filter?: unknown; expect?: number; dryRun: boolean }

function checkSelection({ ids, filter, expect, dryRun }: Selected, ctx: z.RefinementCtx): void {
  if ((ids === undefined) === (filter === undefined)) {
    ctx.addIssue({ code: 'custom', message: 'Send either `ids` or a `filter`' })
  }
  if (filter !== undefined && expect === undefined && !dryRun) {
    ctx.addIssue({ code: 'custom', path: ['expect'], message: 'is needed with a `filter`: `dryRun` gives the `count`' })
  }
}

export const Distribution = z
  .strictObject({
    ...selection,
    members: z
      .array(uuid())
      .min(1)
      .max(50)
      .refine((ids) => new Set(ids).size === ids.length, { error: 'Name each member once' })
      .openapi({ description: 'Who gets leads, in this order. One who leaves the team meanwhile gets no more.' }),
    strategy: z.enum(STRATEGIES).openapi({
      description:
        '`roundRobin` gives in turn, so that no two get numbers that differ by more than one. `leastBusy` gives each lead to the ' +
        'member with the fewest open leads at that instant.',
    }),
  })
  .superRefine(checkSelection)
  .openapi('Distribution', {
    example: {
      filter: { field: 'ownerId', op: 'empty' },
      dryRun: true,
      members: ['0192f0c4-7a10-7c3e-9d2b-000000000007', '0192f0c4-7a10-7c3e-9d2b-000000000008'],
      strategy: 'leastBusy',
    },
  })

const example = { ids: ['0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e'] }
const bulkOf = <C extends z.ZodType>(of: C, name: string, given: object) =>
  z
    .strictObject({ ...selection, change: of })
    .superRefine(checkSelection)
    .openapi(name, { example: { ...example, change: given } })

export const LeadBulk = bulkOf(LeadChange, 'LeadBulk', { status: 'CONTACTED' })
export const CustomerBulk = bulkOf(CustomerChange, 'CustomerBulk', { tags: { add: ['vip'] } })
export const TicketBulk = bulkOf(TicketChange, 'TicketBulk', { priority: 'LOW' })

export const BegunBulk = Job.extend({
  notFound: z.array(Id).openapi({
    description: 'Those of the `ids` that do not exist, are in the trash, or that you do not see.',
  }),
}).openapi('BegunBulk')

const OUTCOMES = ['changed', 'unchanged', 'conflict', 'refused', 'notFound'] as const

export const BulkPreview = z
  .object({
    count: z.number().int().openapi({ description: 'How many records are chosen: the `expect` of the change.' }),
    outcomes: z
      .record(z.string(), z.number().int())
      .openapi({ description: 'How many of them would come to which end.' }),
    examples: z
      .array(z.object({ id: Id, outcome: z.enum(OUTCOMES), code: z.string().nullable() }))
      .openapi({ description: 'Up to 20 of those that would not change.' }),
  })
  .openapi('BulkPreview', {
    example: { count: 120, outcomes: { changed: 117, unchanged: 3 }, examples: [] },
  })

export const DistributionPreview = BulkPreview.extend({
  members: z
    .array(z.object({ id: Id, gets: z.number().int() }))
    .openapi({ description: 'How many leads each would have after it, of those that are chosen.' }),
}).openapi('DistributionPreview', {
  example: {
    ...{ count: 7, outcomes: { changed: 7 }, examples: [] },
    members: [
      { id: '0192f0c4-7a10-7c3e-9d2b-000000000007', gets: 4 },
      { id: '0192f0c4-7a10-7c3e-9d2b-000000000008', gets: 3 },
    ],
  },
})

export const BulkResult = z
  .object({
    id: Id,
    outcome: z.enum(OUTCOMES).openapi({
      description:
        '`conflict`: it was changed after it was chosen, and is left as it is. `refused`: you may not change it so, or it ' +
        'does not allow it; `code` says why. `notFound`: it does not exist, is in the trash, or you do not see it.',
    }),
    code: z.string().nullable().openapi({ description: `Of a refused one: an error such as \`not_yours\`.` }),
    ownerId: Id.nullable().openapi({ description: 'The owner or assignee that it got.' }),
  })
  .openapi('BulkResult')
export const BulkResultPage = pageOf(BulkResult, 'BulkResultPage')
export const BulkResultQuery = z.strictObject({ ...pageQuery, outcome: z.enum(OUTCOMES).optional() })

/** The outcome of a result as it is stored: an outcome, or the code of the error for which the record was refused. */
export function shownOutcome(stored: string): { outcome: (typeof OUTCOMES)[number]; code: string | null } {
  const outcome = OUTCOMES.find((each) => each === stored)
  if (outcome) return { outcome, code: null }
  return { outcome: 'refused', code: Object.hasOwn(ERRORS, stored) ? stored : null }
}

export const BulkDeletion = z
  .strictObject({ ids: z.array(uuid()).min(1).max(500) })
  .openapi('BulkDeletion', { example: { ids: ['0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f'] } })

export const BulkDeleted = z
  .object({
    deleted: z.array(Id),
    notFound: z.array(Id),
    jobId: Id.nullable().openapi({
      description: 'The job that deletes the rest, where they are too many for one request.',
    }),
  })
  .openapi('BulkDeleted')
