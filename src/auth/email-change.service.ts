// Changing the e-mail address of the own account: the new address proves itself by a mailed link, the old one is told.
import { and, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import { requirePerson } from '../access/person'
import { linkTo } from '../config'
import { type Ctx, located, type PublicCtx } from '../context'
import { credentialOf } from '../credentials'
import { one, runBatch } from '../db/batch'
import { oneTimeTokens, users } from '../db/schema'
import { ifChanged, isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { owners } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import { requireMail } from '../mail/mail.settings'
import { versionStamp } from '../records/version'
import { sendWithinLimits } from './recovery.service'
import { fieldOfToken, tokenUse } from './verification'
import { addressYielding } from './yielding'

/**
 * Mails a link to the new address, and tells the present one. Nothing is sent to an address whose account is verified;
 * the answer does not reveal that. Throws `mail_limit`, `not_configured`.
 */
export async function requestEmailChange(ctx: Ctx, newEmail: string): Promise<void> {
  requireMail(ctx.config)
  const { id } = requirePerson(ctx.actor, 'An e-mail address')
  const isHeld = sql`EXISTS (SELECT 1 FROM users AS holder WHERE holder.email = ${newEmail}
    AND holder.email_verified_at IS NOT NULL AND holder.deleted_at IS NULL)`
  await sendWithinLimits(ctx, 'EMAIL', id, sql`${users.id} = ${id} AND NOT ${isHeld}`, {
    to: newEmail,
    notice: changeMail(ctx, 'emailChangeAsked', sql`${users.id} = ${id} AND ${users.email} <> ${newEmail}`, newEmail),
  })
}

/**
 * Makes the address that a token was mailed to the one of its account. An account that never verified the address
 * yields it. Throws `invalid_token`, `email_taken`.
 */
export async function confirmEmailChange(caller: PublicCtx, token: string): Promise<void> {
  const credential = await credentialOf(token)
  const ctx = await located(caller, { workspace: credential.workspaceId })
  const { db, now } = ctx
  const [owner, workspaceId] = [
    fieldOfToken(credential, oneTimeTokens.userId),
    fieldOfToken(credential, oneTimeTokens.workspaceId),
  ]
  const newEmail = fieldOfToken(credential, oneTimeTokens.email)
  // True in the batch that used the token alone, whichever statement was the last to change something.
  const use = ctx.newId()
  const isUsedNow = sql`${fieldOfToken(credential, oneTimeTokens.usedBy)} = ${use}`
  const isOwner = sql`${users.id} = ${owner}`
  const isOther = sql`${users.email} <> ${newEmail}`
  const { used } = await runBatch(db, {
    used: one(tokenUse(ctx, 'EMAIL', credential, use)),
    notice: changeMail(ctx, 'emailChanged', sql`${isOwner} AND ${isUsedNow} AND ${isOther}`, newEmail, workspaceId),
    yielded: addressYielding(ctx, newEmail, sql`${isUsedNow} AND NOT ${isOwner}`),
    changed: db
      .update(users)
      .set({ email: newEmail, emailVerifiedAt: now, ...versionStamp(users, now) })
      .where(and(isOwner, isUsedNow)),
    event: eventInsert(ctx, { verb: 'user.email_changed', subject: 'user', id: owner, workspaceId, when: ifChanged }),
    // Links that went to the address before, and other changes that were begun, are of no use any more.
    otherTokens: db
      .update(oneTimeTokens)
      .set({ usedAt: now })
      .where(
        and(
          eq(oneTimeTokens.userId, owner),
          inArray(oneTimeTokens.kind, ['RESET', 'VERIFICATION', 'EMAIL']),
          isNull(oneTimeTokens.usedAt),
          isUsedNow,
        ),
      ),
  }).catch((error) => {
    throw isUniqueViolation(error, 'users.email') ? new AppError('email_taken') : error
  })
  if (!used) throw new AppError('invalid_token')
}

// Mails the present address of the user that `when` selects.
function changeMail(
  ctx: PublicCtx,
  template: 'emailChangeAsked' | 'emailChanged',
  when: SQL,
  newEmail: string | SQL,
  workspaceId?: SQL,
) {
  return enqueue(ctx, {
    template,
    to: sql`${users.email}`,
    audience: owners(ctx),
    payload: { user: sql`${users.name}`, at: ctx.now, address: newEmail, link: linkTo(ctx.config, 'forgot-password') },
    from: sql`${users}`,
    when,
    ...(workspaceId ? { workspaceId } : {}),
  })
}
