// Enrolling: an account in the shared workspace, for systems whose registration is open to everybody.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { type Actor, ROLES_FOR_STRANGERS, type Role, reach } from '../access/policy'
import { isActorCurrent } from '../access/standing'
import { hasAdmin } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { PublicCtx } from '../context'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { customers, users } from '../db/schema'
import { ifChanged, insertFrom, isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { derivedValues } from '../records/fields'
import { sharedId, sharedWorkspaceInsert } from '../workspaces/workspaces.default'
import { hashPassword } from './passwords'
import { registrationEvent } from './registration.service'
import { type Client, openSession, userAndWorkspace } from './sessions.service'
import { sendToken } from './verification'

export type SharedRegistration = {
  email: string
  username?: string
  password: string
  name: string
  /** What is asked for: the first account of the team is an ADMIN all the same. */
  role: Role
  /** The record of a customer who is to see it by this account. */
  customer?: { phone?: string; company?: string }
}
type Caller = PublicCtx & { actor?: Actor }

/**
 * Makes an account in the shared workspace and signs it in, in one round trip. Whoever comes first to its team
 * administers it; later, only an ADMIN makes a MANAGER or an ADMIN. Customers never are the first of the team.
 * A member takes a seat of the plan, a customer the room of one. `customerId` is the record of a customer. Throws
 * `signup_closed`, `email_taken`, `username_taken`, `customer_exists`, `plan_limit`, `forbidden`.
 */
export async function registerInSharedWorkspace(ctx: Caller, input: SharedRegistration, client: Client) {
  const { db, now, config, actor } = ctx
  if (config.SIGNUP === 'closed') throw new AppError('signup_closed')
  const { email, username, name, customer } = input
  const isKnown = customer ? isCustomer(email) : sql`false`
  const isNamed = username === undefined ? sql`false` : isUsernameTaken(username)
  const isFirst = sql`(NOT ${hasAdmin(sharedId)})`
  const customerId = ctx.newId()
  const account = {
    id: ctx.newId(),
    workspaceId: sharedId,
    email,
    username,
    name,
    passwordHash: await hashPassword(input.password, config.BCRYPT_COST),
    role: customer ? sql`${input.role}` : sql`CASE WHEN ${isFirst} THEN 'ADMIN' ELSE ${input.role} END`,
    createdAt: now,
    updatedAt: now,
  }
  const mayBe = ROLES_FOR_STRANGERS.includes(input.role) ? sql`true` : sql`(${isFirst} OR ${isAdmin(actor)})`
  const limited = customer ? 'customers' : 'users'
  const fits = isWithinLimit(ctx, limited, sharedId)
  const session = await openSession(ctx, account.id, client)
  const [, , , [user], [home], , [state], [lack]] = await db
    .batch([
      sharedWorkspaceInsert(ctx),
      insertFrom(db, users, account, sql`WHERE ${mayBe} AND NOT ${isNamed} AND NOT ${isKnown} AND ${fits}`),
      registrationEvent(ctx, account.id),
      ...userAndWorkspace(ctx, account.id),
      session.statement,
      db
        .select({
          isNamed: sql<number>`${isNamed}`.as('is_named'),
          isKnown: sql<number>`${isKnown}`.as('is_known'),
        })
        .from(sql`(SELECT 1)`),
      limitExceeded(ctx, limited, { workspaceId: sharedId, when: mayBe }),
      ...(customer ? portalRecord(ctx, customerId, account.id, input) : []),
      ...(await sendToken(ctx, 'VERIFICATION', eq(users.id, account.id))),
    ])
    .catch((error) => {
      throw isUniqueViolation(error, 'users.email') ? new AppError('email_taken') : error
    })
  if (user && home) return { user, workspace: home, customerId, ...(await session.tokens(user, home)) }
  if (state?.isNamed) throw new AppError('username_taken')
  if (state?.isKnown) throw new AppError('customer_exists')
  if (lack) throw limitExceededError(ctx, limited, lack)
  throw new AppError('forbidden', { detail: `Only an ADMIN makes an account with the role ${input.role}.` })
}

function isUsernameTaken(username: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS namesake
    WHERE namesake.username = ${username} AND namesake.deleted_at IS NULL)`
}

// A stranger must not come to see the record of a customer by knowing the address: who has one is invited to it.
function isCustomer(email: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${customers}
    WHERE ${and(eq(customers.workspaceId, sharedId), eq(customers.email, email), isNull(customers.deletedAt))})`
}

function isAdmin(actor: Actor | undefined): SQL {
  if (!actor || reach(actor, 'users:admin') === undefined) return sql`false`
  return sql`(${sharedId} = ${actor.workspaceId} AND ${isActorCurrent(actor)})`
}

/** The statements that make the customer of an account, if the account was made. */
function portalRecord(ctx: PublicCtx, id: string, userId: string, { name, email, customer }: SharedRegistration) {
  const { db, now } = ctx
  const { phone, company } = customer ?? {}
  const row = {
    id,
    workspaceId: sharedId,
    userId,
    name,
    email,
    phone,
    company,
    ...derivedValues(CUSTOMER_FIELDS, { name, phone }, null),
    createdAt: now,
    updatedAt: now,
  }
  const isMade = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${eq(users.id, userId)})`
  return [
    insertFrom(db, customers, row, sql`WHERE ${isMade}`),
    eventInsert(ctx, {
      verb: 'customer.created',
      subject: 'customer',
      id,
      workspaceId: sharedId,
      when: ifChanged,
    }),
  ] as const
}
