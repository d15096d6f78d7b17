// Mail about leads: to whoever claimed one or was given one, and to strangers and team about an enquiry.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { actorName } from '../access/person'
import { rolesReaching } from '../access/policy'
import type { Ctx, PublicCtx } from '../context'
import { leads, users } from '../db/schema'
import { anyOf, ifChanged } from '../db/sql'
import { enquirers, hasEnabled, members } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import { linkTo } from '../mail/mail.settings'

const aboutLead = ({ config }: Pick<PublicCtx, 'config'>) => ({
  title: sql`${leads.title}`,
  name: sql`${leads.name}`,
  email: sql`${leads.email}`,
  phone: sql`${leads.phone}`,
  link: sql`${linkTo(config, 'leads/')} || ${leads.id}`,
})

/** For the batch of a claim, where the last statement that changed rows did so if the lead was won: tells the winner. */
export function mailClaim(ctx: Ctx, id: string | SQL) {
  return enqueue(ctx, {
    template: 'leadClaimed',
    to: sql`${users.email}`,
    audience: members(ctx),
    payload: { ...aboutLead(ctx), at: ctx.now },
    from: sql`${users} JOIN ${leads} ON ${leads.id} = ${id}`,
    when: sql`${ifChanged} AND ${eq(users.id, ctx.actor.id)} AND ${hasEnabled('leadClaimed')}`,
  })
}

/** The same for a lead given to somebody, if `isNews`; nobody is told of what they gave themselves. */
export function mailAssignment(ctx: Ctx, id: string, ownerId: string | null, isNews = sql`true`) {
  const { actor } = ctx
  if (ownerId === null || ownerId === actor.id) return []
  return enqueue(ctx, {
    template: 'leadAssigned',
    to: sql`${users.email}`,
    audience: members(ctx),
    payload: { ...aboutLead(ctx), by: actorName(actor) },
    from: sql`${users} JOIN ${leads} ON ${leads.id} = ${id}`,
    when: sql`${ifChanged} AND ${isNews} AND ${eq(users.id, ownerId)} AND ${hasEnabled('leadAssigned')}`,
  })
}

/**
 * For the batch that makes an enquiry: thanks its sender, without a word of what was sent, for the address may be
 * anybody's; and tells those in the team who hand leads out.
 */
export function mailEnquiry(
  ctx: PublicCtx,
  { id, email, message }: { id: string; email: string; message: string | null },
) {
  const here = eq(leads.id, id)
  const workspaceId = sql`(SELECT made.workspace_id FROM ${leads} AS made WHERE made.id = ${id})`
  const handsOut = anyOf(users.role, rolesReaching('leads:assign'))
  return [
    ...enqueue(ctx, {
      template: 'enquiryReceived',
      to: email,
      audience: enquirers(ctx, workspaceId),
      payload: { at: ctx.now },
      from: sql`${leads}`,
      when: sql`${here}`,
      workspaceId,
    }),
    ...enqueue(ctx, {
      template: 'enquiryAlert',
      to: sql`${users.email}`,
      audience: members(ctx),
      payload: { ...aboutLead(ctx), message, at: ctx.now },
      from: sql`${leads} JOIN ${users} ON ${users.workspaceId} = ${leads.workspaceId}`,
      when: sql`${and(here, handsOut, hasEnabled('enquiryReceived'))}`,
      workspaceId,
    }),
  ]
}
