// Signing in with a provider's account: as the linked user, as the user with the same address, or as a new user.
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { accountStatements, placeOfAccount, seatLimitExceeded, withFreeSlug } from '../auth/registration.service'
import { type Client, prepareSession } from '../auth/sessions.service'
import { limitExceededError } from '../billing/limits'
import { located, type PublicCtx } from '../context'
import { one, runBatch } from '../db/batch'
import { oauthAccounts, sessions, users, workspaces } from '../db/schema'
import { isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { oauthName, type Place } from '../objects/place'
import { isAccount, isLinkable, linkedUserId, linkedWorkspaceId, linkMail, linkStatements } from './accounts.service'
import type { Proof } from './oauth.flow'
import { TITLES } from './oauth.providers'

const namesake = alias(users, 'namesake')
const NAMES_OF_PERSON = ['users.email', 'oauth_accounts.provider, oauth_accounts.subject']

/**
 * Signs in, in one round trip; creates or links the account if needed. `isAlwaysOpen` is that of `Registration`. Throws
 * the errors of `signInError`, `invalid_oauth_code`, `plan_limit`.
 */
export function signIn(caller: PublicCtx, proof: Proof, client: Client, isAlwaysOpen = false) {
  const attempt = () => withFreeSlug((isSlugTaken) => signInOnce(caller, proof, client, { isAlwaysOpen, isSlugTaken }))
  // In objects, the first sign-in of the same person at the same time has made the account elsewhere: it is found now.
  return attempt().catch((error) => {
    const isMade = NAMES_OF_PERSON.some((columns) => isUniqueViolation(error, columns))
    if (isMade) return attempt()
    throw error
  })
}

type Options = { isAlwaysOpen: boolean; isSlugTaken: boolean }

async function signInOnce(caller: PublicCtx, proof: Proof, client: Client, { isAlwaysOpen, isSlugTaken }: Options) {
  const ctx = await located(caller, await placeOf(caller, proof, isAlwaysOpen))
  const { db, now } = ctx
  const { name, invitationToken } = proof
  const email = proof.email ?? ''
  const account = { id: ctx.newId(), email, name, emailVerifiedAt: now, createdAt: now, updatedAt: now }
  const linkedUser = linkedUserId(proof)
  const isInvited = invitationToken !== undefined
  const namesakes = sql`SELECT ${namesake.id} FROM ${users} AS ${namesake}
    WHERE ${namesake.email} = ${email} AND ${namesake.deletedAt} IS NULL`
  const namesakeId = sql`(${namesakes})`
  // One that never verified the address yields to the person whose provider did.
  const isHeld = sql`EXISTS (${namesakes} AND (${namesake.emailVerifiedAt} IS NOT NULL OR ${namesake.status} <> 'ACTIVE'))`
  // A removed user can return by an invitation only. An invitation is only for people without an account.
  const isNew = and(sql`${email} <> ''`, isInvited ? isLinkable(proof) : sql`${linkedUser} IS NULL`, sql`NOT ${isHeld}`)
  // An account with the same address is linked only if provider and account have both verified the address.
  const isSamePerson = and(
    eq(users.email, email),
    isNotNull(users.emailVerifiedAt),
    isInvited ? eq(users.id, account.id) : undefined,
  )
  // The session has the id of the flow: a second use of the proof is a conflict, and its batch changes nothing.
  const session = await prepareSession(ctx, isInvited ? sql`${account.id}` : linkedUser, client, proof.id)
  const { opened, link, candidates, workspace, exceeded } = await runBatch(db, {
    account: await accountStatements(ctx, account, {
      invitationToken,
      isAlwaysOpen,
      isSlugTaken,
      when: isNew,
      isProven: true,
    }),
    newLink: linkStatements(ctx, proof, isSamePerson),
    opened: one(session.insert.returning({ id: sessions.id })),
    link: one(db.select({ userId: oauthAccounts.userId }).from(oauthAccounts).where(isAccount(proof))),
    candidates: db
      .select()
      .from(users)
      .where(and(isNull(users.deletedAt), sql`${users.id} IN (${linkedUser}, ${namesakeId})`)),
    workspace: one(
      db
        .select()
        .from(workspaces)
        .where(eq(workspaces.id, linkedWorkspaceId(proof))),
    ),
    exceeded: await seatLimitExceeded(ctx, email, invitationToken),
    mail: linkMail(ctx, proof),
  }).catch((error) => {
    throw isUniqueViolation(error, 'sessions.id') ? new AppError('invalid_oauth_code') : error
  })
  const user = candidates.find(({ id }) => id === link?.userId)
  if (!opened && exceeded) throw limitExceededError(ctx, 'users', exceeded)
  if (!opened || !user || !workspace) throw signInError(ctx, proof, candidates, link?.userId)
  return { user, workspace, ...(await session.issueTokens(user, workspace)) }
}

// That of the linked user, or of the user with the address, else a new one. Nothing is made without a proven address.
async function placeOf({ config }: PublicCtx, proof: Proof, isAlwaysOpen: boolean): Promise<Place> {
  const place = await placeOfAccount(config, { ...proof, isAlwaysOpen })
  if ('workspace' in place) return place
  const linked = oauthName(proof)
  if (proof.email === null) return { names: [linked] }
  const names = [linked, { kind: 'email' as const, name: proof.email }]
  const mayFound = 'founding' in place && config.SIGNUP !== 'closed'
  return mayFound ? { names, orElse: place.founding } : { names }
}

type UserRow = typeof users.$inferSelect

// An account that cannot sign in with a password cannot sign in with a provider either, and gets the same error.
function signInError({ config }: PublicCtx, proof: Proof, candidates: UserRow[], linkedId?: string): AppError {
  const linkedUser = candidates.find(({ id }) => id === linkedId)
  const sameAddress = candidates.find(({ email }) => email === proof.email)
  const provider = TITLES[proof.provider]
  if (proof.invitationToken !== undefined && (linkedUser || sameAddress)) return new AppError('email_taken')
  if (linkedUser || sameAddress?.status === 'INACTIVE') return new AppError('invalid_credentials')
  if (sameAddress && !sameAddress.emailVerified) {
    const detail = `Choose a new password by mail, which verifies the address, or sign in with your password and link ${provider} there.`
    return new AppError('account_unverified', { detail })
  }
  if (sameAddress) {
    const detail = `Sign in as you did before, and unlink the other ${provider} account first.`
    return new AppError('provider_taken', { detail })
  }
  if (proof.email === null) {
    const detail = `Verify your primary address at ${provider}, then sign in again.`
    return new AppError('oauth_email_unverified', { detail })
  }
  if (config.SIGNUP === 'closed') return new AppError('signup_closed')
  if (proof.invitationToken !== undefined) return new AppError('invalid_invitation')
  return new AppError(linkedId === undefined ? 'signup_closed' : 'invalid_credentials')
}
