// Demo data: definitions of custom fields, and views of lists, shared and private.
import { DAY, HOUR } from './demo-random.ts'
import type { Field, User, View } from './demo-rows.ts'
import type { Team } from './demo-team.ts'
import { iso, type World } from './demo-world.ts'

type Defined = Pick<Field, 'key' | 'type' | 'label'> & { options?: string[] }
const FIELDS: Defined[] = [
  { key: 'plan', type: 'select', label: 'Plan', options: ['basic', 'plus', 'gold'] },
  { key: 'language', type: 'select', label: 'Language', options: ['en', 'de', 'fr'] },
  { key: 'seats', type: 'number', label: 'Seats' },
  { key: 'invoiceByPost', type: 'boolean', label: 'Invoice by post' },
]

const is = (field: string, op: string, value?: unknown) => ({ field, op, ...(value !== undefined && { value }) })
type Saved = Pick<View, 'entity' | 'name' | 'filter' | 'sort'> & { columns?: string[]; isOwn?: true }
const VIEWS: Saved[] = [
  {
    entity: 'lead',
    name: 'Open, untouched for a week',
    filter: { and: [is('status', 'ne', 'CLOSED'), is('updatedAt', 'lt', 'today-7')] },
    sort: 'updatedAt',
    columns: ['title', 'status', 'owner.name', 'updatedAt'],
  },
  { entity: 'lead', name: 'New this week', filter: is('createdAt', 'within', 'thisWeek'), sort: null },
  {
    entity: 'customer',
    name: 'Gold companies',
    filter: { and: [is('customFields.plan', 'eq', 'gold'), is('company', 'notEmpty')] },
    sort: 'name',
    columns: ['name', 'company', 'customFields.seats', 'owner.name'],
  },
  {
    entity: 'customer',
    name: 'Long silent',
    filter: is('lastInteractionAt', 'lt', 'today-60'),
    sort: 'lastInteractionAt',
  },
  {
    entity: 'ticket',
    name: 'Urgent and open',
    filter: { and: [is('priority', 'in', ['HIGH', 'URGENT']), is('status', 'in', ['OPEN', 'IN_PROGRESS'])] },
    sort: null,
  },
  {
    entity: 'lead',
    name: 'Mine to call',
    filter: { and: [is('ownerId', 'eq', 'me'), is('phone', 'notEmpty')] },
    sort: 'followUpAt',
    isOwn: true,
  },
]

export function makeViews(world: World, team: Team) {
  const at = world.now - 90 * DAY
  for (const [i, { options, ...field }] of FIELDS.entries()) {
    const row = world.add('fields', {
      ...record(world, team, at + i * HOUR),
      ...{ entity: 'customer', ...field, is_required: 0, is_unique: 0, options: options ?? null, position: i + 1 },
    })
    world.tell('field.created', row, at + i * HOUR, team.admin, { key: [null, field.key], type: [null, field.type] })
  }
  for (const [i, { isOwn, columns, ...view }] of VIEWS.entries()) {
    const owner: User | undefined = isOwn ? team.sellers[0] : team.manager
    if (!owner) continue
    const made = at + DAY + i * HOUR
    const row = world.add('views', {
      ...record(world, team, made),
      ...{
        ...view,
        owner_id: owner.id,
        is_shared: isOwn ? 0 : 1,
        columns: columns ?? null,
        position: i + 1,
        is_default: 0,
      },
    })
    world.tell('view.created', row, made, owner, { entity: [null, view.entity], isShared: [null, !isOwn] })
  }
}

const record = (world: World, { workspace }: Team, at: number) => ({
  ...world.made(at),
  ...{ workspace_id: workspace.id, version: 1, updated_at: iso(at) },
})
