// Mail about leads: to the member who claimed or got one; about an enquiry, to its sender and to the team.
import { and, eq, or, type SQL, sql } from 'drizzle-orm'
import { actorName } from '../access/person'
import { rolesReaching } from '../access/policy'
import { linkTo } from '../config'
import type { Ctx, PublicCtx } from '../context'
import { leads, users } from '../db/schema'
import { anyOf, ifChanged } from '../db/sql'
import { enquirers, hasEnabled, members } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'

const leadPayload = ({ config }: Pick<PublicCtx, 'config'>) => ({
  title: sql`${leads.title}`,
  name: sql`${leads.name}`,
  email: sql`${leads.email}`,
  phone: sql`${leads.phone}`,
  link: sql`${linkTo(config, 'leads/')} || ${leads.id}`,
})

/** The mail to the member who claimed a lead. In the batch, it follows the claim's event: it is queued if that was written. */
export function claimMail(ctx: Ctx, id: string | SQL) {
  return enqueue(ctx, {
    template: 'leadClaimed',
    to: sql`${users.email}`,
    audience: members(ctx),
    payload: { ...leadPayload(ctx), at: ctx.now },
    from: sql`${users} JOIN ${leads} ON ${leads.id} = ${id}`,
    when: sql`${ifChanged} AND ${eq(users.id, ctx.actor.id)} AND ${hasEnabled('leadClaimed')}`,
  })
}

/** The mail to the new owner of a lead, if `isNewOwner`; none if the actor is the new owner. */
export function assignmentMail(ctx: Ctx, id: string, ownerId: string | null, isNewOwner = sql`true`) {
  const { actor } = ctx
  if (ownerId === null || ownerId === actor.id) return []
  return enqueue(ctx, {
    template: 'leadAssigned',
    to: sql`${users.email}`,
    audience: members(ctx),
    payload: { ...leadPayload(ctx), by: actorName(actor) },
    from: sql`${users} JOIN ${leads} ON ${leads.id} = ${id}`,
    when: sql`${ifChanged} AND ${isNewOwner} AND ${eq(users.id, ownerId)} AND ${hasEnabled('leadAssigned')}`,
  })
}

/**
 * The mails about an enquiry. The one to its sender repeats nothing of the message, since the address may belong to
 * another person. The other goes to the members who can assign leads, and to the owner.
 */
export function enquiryMails(
  ctx: PublicCtx,
  { id, email, message }: { id: string; email: string; message: string | null },
) {
  const isLead = eq(leads.id, id)
  const workspaceId = sql`(SELECT enquiry.workspace_id FROM ${leads} AS enquiry WHERE enquiry.id = ${id})`
  const canAssign = anyOf(users.role, rolesReaching('leads:assign'))
  return [
    ...enqueue(ctx, {
      template: 'enquiryReceived',
      to: email,
      audience: enquirers(ctx, workspaceId),
      payload: { at: ctx.now },
      from: sql`${leads}`,
      when: sql`${isLead}`,
      workspaceId,
    }),
    ...enqueue(ctx, {
      template: 'enquiryAlert',
      to: sql`${users.email}`,
      audience: members(ctx),
      payload: { ...leadPayload(ctx), message, at: ctx.now },
      from: sql`${leads} JOIN ${users} ON ${users.workspaceId} = ${leads.workspaceId}`,
      when: sql`${and(isLead, or(canAssign, eq(users.id, leads.ownerId)), hasEnabled('enquiryReceived'))}`,
      workspaceId,
    }),
  ]
}
