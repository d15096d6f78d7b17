// Parts of the lists of owned records: the requested owners, and the indexes over all rows and by owner.
import { type AnyColumn, isNotNull, isNull } from 'drizzle-orm'
import { requirePersonId } from '../access/person'
import type { Actor, Permission } from '../access/policy'
import { isPortal, type Owners, ownedBy, owners, reachable, requirePermission } from '../access/visible'
import type { Ctx } from '../context'
import { codeOf, NOBODY, phrase } from '../db/fts'
import { allOf } from '../db/sql'
import type { Condition, Order, Walk } from './list.definition'

type Owned = { workspaceId: AnyColumn; ownerId: AnyColumn; deletedAt: AnyColumn; userId?: AnyColumn }
type Permissions = { read: Permission; trash: Permission }
type Request = { owner?: string; trashed?: boolean }

/** The owners whose rows are requested and in reach; empty if they are out of reach. Throws `forbidden`. */
export function requestedOwners({ actor }: Ctx, { read, trash }: Permissions, { owner, trashed }: Request): Owners {
  if (trashed) requirePermission(actor, trash, 'Only those who can restore records see the trash.')
  const ownerIds = owners(actor, trashed ? trash : read)
  if (owner === undefined || isPortal(actor)) return ownerIds
  const requested = ownerId(actor, owner)
  return ownerIds === 'all' || ownerIds.includes(requested) ? [requested] : []
}

/** `owner=none`, `me` or the id of a member. A portal login sees its own record, and its owner does not matter. */
export const isOwnedBy =
  (column: AnyColumn) =>
  (owner: string, { actor }: Ctx): Condition | undefined =>
    isPortal(actor) ? undefined : { where: ownedBy(column, ownerId(actor, owner)) }

/** `trashed=true`: the rows in the trash instead of those outside it. */
export const isTrashed =
  (column: AnyColumn) =>
  (trashed: boolean): Condition | undefined =>
    trashed ? { where: isNotNull(column), isByArrival: true } : undefined

/** One walk over all rows, or one for each owner. `trash` names the indexes over the trash. */
export function ownedWalks(
  { actor }: Ctx,
  { owner, trashed }: Request,
  ownerIds: Owners,
  { only, indexes, unowned }: Pick<Order<unknown>, 'only' | 'indexes' | 'unowned'>,
  { table, permissions, trash }: { table: Owned; permissions: Permissions; trash: Order<unknown>['indexes'] },
): Walk<'owner' | 'trashed'>[] {
  const [ofAll, ofOwner] = (trashed ? trash : indexes) ?? []
  const inReach = reachable(actor, trashed ? permissions.trash : permissions.read, table)
  const where = allOf(inReach, trashed ? undefined : isNull(table.deletedAt), only)
  const answers = ['owner', 'trashed'] as const
  if (ownerIds === 'all') return [{ index: owner === undefined ? ofAll : ofOwner, where, answers }]
  return ownerIds.flatMap((id) => {
    const parts = id === null && !trashed && unowned ? unowned : [{ index: ofOwner, where: undefined }]
    const isOfThis = allOf(where, ownedBy(table.ownerId, id))
    return parts.map((part) => ({ index: part.index, where: allOf(isOfThis, part.where), answers }))
  })
}

/** FTS5 queries for the rows of these owners, in a search index with a column `scope`. */
export function scopeCodes({ actor }: Ctx, ownerIds: Owners): string[] {
  const workspace = `scope : ${phrase(codeOf(actor.workspaceId))}`
  if (ownerIds === 'all') return [workspace]
  const codes = ownerIds.map((owner) => phrase(owner === null ? NOBODY : codeOf(owner)))
  return [workspace, `scope : (${codes.join(' OR ')})`]
}

function ownerId(actor: Actor, owner: string): string | null {
  if (owner === 'none') return null
  return owner === 'me' ? requirePersonId(actor) : owner
}
