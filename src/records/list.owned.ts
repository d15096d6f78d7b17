// What lists of owned records share: whose rows are asked for, and the indexes over all rows and by owner.
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

/** Whose rows are asked for, as far as the actor reaches them; none if they are out of reach. Throws `forbidden`. */
export function requestedOwners({ actor }: Ctx, { read, trash }: Permissions, { owner, trashed }: Request): Owners {
  if (trashed) requirePermission(actor, trash, 'The trash is for who can restore.')
  const reached = owners(actor, trashed ? trash : read)
  if (owner === undefined || isPortal(actor)) return reached
  const asked = ownerId(actor, owner)
  return reached === 'all' || reached.includes(asked) ? [asked] : []
}

/** `owner=none`, `me` or a member's id. A portal login sees its own record, and its owner does not matter. */
export const isOwnedBy =
  (column: AnyColumn) =>
  (owner: string, { actor }: Ctx): Condition | undefined =>
    isPortal(actor) ? undefined : { where: ownedBy(column, ownerId(actor, owner)) }

/** `trashed=true`: the trash instead of what is not in it. */
export const isTrashed =
  (column: AnyColumn) =>
  (trashed: boolean): Condition | undefined =>
    trashed ? { where: isNotNull(column), isByArrival: true } : undefined

/** A walk over all rows, or one for each owner. `trash` names the indexes over the trash. */
export function ownedWalks(
  { actor }: Ctx,
  { owner, trashed }: Request,
  whose: Owners,
  { only, indexes }: Pick<Order<unknown>, 'only' | 'indexes'>,
  { table, permissions, trash }: { table: Owned; permissions: Permissions; trash: Order<unknown>['indexes'] },
): Walk<'owner' | 'trashed'>[] {
  const [ofAll, ofOwner] = (trashed ? trash : indexes) ?? []
  const inReach = reachable(actor, trashed ? permissions.trash : permissions.read, table)
  const where = allOf(inReach, trashed ? undefined : isNull(table.deletedAt), only)
  const answers = ['owner', 'trashed'] as const
  if (owner !== undefined) return [{ index: ofOwner, where, answers }]
  if (whose === 'all') return [{ index: ofAll, where, answers }]
  return whose.map((one) => ({ index: ofOwner, where: allOf(where, ownedBy(table.ownerId, one)), answers }))
}

/** What finds the rows of these owners in a search index with a column `scope`. */
export function scopeCodes({ actor }: Ctx, whose: Owners): string[] {
  const workspace = `scope : ${phrase(codeOf(actor.workspaceId))}`
  if (whose === 'all') return [workspace]
  const codes = whose.map((owner) => phrase(owner === null ? NOBODY : codeOf(owner)))
  return [workspace, `scope : (${codes.join(' OR ')})`]
}

function ownerId(actor: Actor, owner: string): string | null {
  if (owner === 'none') return null
  return owner === 'me' ? requirePersonId(actor) : owner
}
