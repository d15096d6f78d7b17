// Schemas of tags: a tag, its name, and the tagging of many customers.
import { z } from '@hono/zod-openapi'
import { Id, IdParam, name, text, uuid } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'
import { foldText } from '../text/fold'

/** The name of a tag. Names that differ only in case and accents are the same tag. */
export const TagName = name(50).openapi({ type: 'string', minLength: 1, maxLength: 50, example: 'VIP' })

export const Tag = z
  .object({
    id: Id,
    name: z.string(),
    count: z.number().int().openapi({ description: 'How many customers in your reach have it.' }),
    leads: z.number().int().openapi({ description: 'How many leads in your reach have it.' }),
    tickets: z.number().int().openapi({ description: 'How many tickets in your reach have it.' }),
  })
  .openapi('Tag', {
    example: { id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e', name: 'VIP', count: 12, leads: 3, tickets: 0 },
  })

export const TagQuery = z.strictObject({
  ...pageQuery,
  q: text(50).optional().openapi({
    description:
      'Part of the name; case and accents do not matter. A page looks through at most 5,000 tags (`scanned`).',
    example: 'vip',
  }),
})
export const TagPage = pageOf(Tag, 'TagPage')

export const TagPatch = z.strictObject({ name: TagName }).openapi('TagPatch', { example: { name: 'Key account' } })

const names = z.array(TagName).max(20).default([])

export const BulkTagging = z
  .strictObject({ customerIds: z.array(uuid()).min(1).max(100), add: names, remove: names })
  .refine(({ add, remove }) => add.length + remove.length > 0, { error: 'Name a tag to add or to remove' })
  .refine(({ add, remove }) => add.every((name) => !remove.some((other) => foldText(other) === foldText(name))), {
    error: 'A tag cannot be added and removed at once',
    path: ['remove'],
  })
  .openapi('BulkTagging', {
    example: { customerIds: ['0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f'], add: ['VIP'], remove: ['prospect'] },
  })

export const BulkTagged = z
  .object({
    changed: z.number().int().openapi({ description: 'How many customers changed at once.' }),
    notFound: z.array(Id).openapi({ description: 'Customers that do not exist, or are not in your reach.' }),
    jobId: Id.nullable().openapi({
      description: 'The job that changes them, where they are too many to change at once.',
    }),
  })
  .openapi('BulkTagged', { example: { changed: 1, notFound: [], jobId: null } })

export const RecordTagParam = IdParam.extend({
  name: TagName.openapi({ param: { name: 'name', in: 'path' }, example: 'VIP' }),
})

export const RecordTag = Tag.pick({ id: true, name: true }).openapi('RecordTag', {
  example: { id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e', name: 'VIP' },
})
export const RecordTagQuery = z.strictObject(pageQuery)
export const RecordTagPage = pageOf(RecordTag, 'RecordTagPage')
