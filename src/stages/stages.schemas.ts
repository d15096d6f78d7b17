// Schemas of stages.
import { z } from '@hono/zod-openapi'
import { LEAD_STATUSES } from '../db/schema/leads'
import { STAGE_ENTITIES } from '../db/schema/stages'
import { TICKET_STATUSES } from '../db/schema/tickets'
import { Id, Instant, name, raw, uuid } from '../field-schemas'

const entity = z.enum(STAGE_ENTITIES)
const status = z.enum([...new Set([...LEAD_STATUSES, ...TICKET_STATUSES])])
const fields = {
  name: name(60).openapi({ type: 'string', example: 'Offer sent' }),
  color: raw(7)
    .regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #3b82f6')
    .nullable()
    .openapi({ type: ['string', 'null'], example: '#3b82f6' }),
  position: z.number().int().min(0).max(10_000),
  isLost: z
    .boolean()
    .openapi({ description: 'A lead in it was lost; its `lostReason` says why. Of stages of CLOSED.' }),
  isWaiting: z.boolean().openapi({ description: 'A ticket in it waits for the customer.' }),
}

export const Stage = z
  .object({
    id: Id,
    entity,
    name: z.string(),
    status: z.string(),
    position: z.number().int(),
    color: z.string().nullable(),
    isLost: z.boolean(),
    isWaiting: z.boolean(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Stage', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      ...{ entity: 'lead', name: 'Offer sent', status: 'QUALIFIED', position: 3, color: '#3b82f6' },
      ...{ isLost: false, isWaiting: false },
      ...{ createdAt: '2026-11-21T15:00:00.000Z', updatedAt: '2026-11-21T15:00:00.000Z' },
    },
  })

const STATUSES: Record<(typeof STAGE_ENTITIES)[number], readonly string[]> = {
  lead: LEAD_STATUSES,
  ticket: TICKET_STATUSES,
}

export const NewStage = z
  .strictObject({ entity, status, ...fields })
  .partial({ color: true, position: true, isLost: true, isWaiting: true })
  .superRefine((stage, ctx) => {
    const issue = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
    const known = STATUSES[stage.entity]
    if (!known.includes(stage.status)) issue('status', `must be one of ${known.join(', ')}`)
    if (stage.isLost && (stage.entity !== 'lead' || stage.status !== 'CLOSED'))
      issue('isLost', 'is for leads that are CLOSED')
    if (stage.isWaiting && stage.entity !== 'ticket') issue('isWaiting', 'is for tickets')
  })
  .openapi('NewStage', { example: { entity: 'lead', name: 'Offer sent', status: 'QUALIFIED', color: '#3b82f6' } })

export const StagePatch = z
  .strictObject({ name: fields.name, color: fields.color, position: fields.position })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('StagePatch', { example: { position: 1 } })

export const StageQuery = z.strictObject({ entity: entity.optional() })
export const StageList = z.object({ data: z.array(Stage) }).openapi('StageList')
export const StageDeletion = z.strictObject({
  moveTo: uuid().optional().openapi({ description: 'The stage that its records get: one of the same status.' }),
})
