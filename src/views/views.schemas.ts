// The shapes of views: saved questions of the lists.
import { z } from '@hono/zod-openapi'
import { VIEW_ENTITIES } from '../db/schema/views'
import { Id, Instant, name, raw } from '../field-schemas'
import { Filter } from '../filters/filters.schemas'

const entity = z.enum(VIEW_ENTITIES)
const sort = raw(120, 1).openapi({ description: 'An order of the list.', example: '-updatedAt' })
const columns = z
  .array(raw(120, 1))
  .min(1)
  .max(30)
  .refine((list) => new Set(list).size === list.length, { error: 'must name each column only once' })
  .openapi({
    description:
      'The fields to show, in their order, by the names of filters: `title`, `customFields.budget`, `owner.name`.',
    example: ['title', 'status', 'owner.name'],
  })
const position = z.number().int().min(1).max(1_000_000).openapi({ description: 'Views are ordered by it.' })

const FILTER = { field: 'status', op: 'in', value: ['NEW', 'CONTACTED'] }

export const View = z
  .object({
    id: Id,
    entity,
    name: z.string(),
    shared: z.boolean().openapi({ description: 'The whole team sees it; else its maker alone.' }),
    ownerId: Id.nullable().openapi({ description: 'The member who made it. Null if an API key did.' }),
    filter: z.unknown().nullable().openapi({ description: 'A `Filter`. Null for all records.' }),
    sort: z.string().nullable(),
    columns: z.array(z.string()).nullable(),
    position: z.number().int(),
    default: z.boolean().openapi({ description: 'The one that a list opens with: your own, or that of the team.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('View', {
    example: {
      ...{ id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e', entity: 'lead', name: 'Open leads', shared: true },
      ...{ ownerId: '0192f0c4-7a10-7c3e-9d2b-000000000007', filter: FILTER, sort: '-updatedAt' },
      ...{ columns: ['title', 'status', 'owner.name'], position: 1, default: false },
      ...{ createdAt: '2026-11-21T15:00:00.000Z', updatedAt: '2026-11-21T15:00:00.000Z' },
    },
  })

export const NewView = z
  .strictObject({
    entity,
    name: name(100),
    shared: z.boolean().default(false),
    filter: Filter.nullable().optional(),
    sort: sort.nullable().optional(),
    columns: columns.nullable().optional(),
    position: position.optional().openapi({ description: 'Without it, the view is the last one.' }),
    default: z.boolean().default(false),
  })
  .openapi('NewView', {
    example: { entity: 'lead', name: 'Open leads', shared: true, filter: FILTER, sort: '-updatedAt' },
  })

export const ViewPatch = z
  .strictObject({
    name: name(100),
    shared: z.boolean(),
    filter: Filter.nullable(),
    sort: sort.nullable(),
    columns: columns.nullable(),
    position,
    default: z.boolean(),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('ViewPatch', { example: { name: 'Open leads, latest first' } })

export const ViewQuery = z.strictObject({ entity: entity.optional() })
/** All views that the caller sees: each entity has 50 shared ones and 50 of a member at most. */
export const ViewList = z.object({ data: z.array(View) }).openapi('ViewList')
