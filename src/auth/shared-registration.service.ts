// Registration in the shared workspace, for the APIs of other systems in which everyone may register.
import { eq, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isActorCurrent } from '../access/actor-guard'
import { authorOf } from '../access/person'
import { type Actor, OPEN_REGISTRATION_ROLES, type Role, reach } from '../access/policy'
import { hasAdmin, isPortal } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import { located, type PublicCtx } from '../context'
import { holdersOf } from '../customers/customers.contacts'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { one, runBatch, type Statement } from '../db/batch'
import { customers, users } from '../db/schema'
import { ifChanged, insertFrom, isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { byCountry, countryCheck } from '../records/country'
import { derivedValues } from '../records/fields'
import { sharedWorkspaceId, sharedWorkspaceInsert } from '../workspaces/workspaces.default'
import { hashPassword } from './passwords'
import { registrationEvent } from './registration.service'
import { type Client, prepareSession, userAndWorkspace } from './sessions.service'
import { tokenStatements } from './verification'

export type SharedRegistration = {
  email: string
  username?: string
  password: string
  name: string
  /** The requested role. The first account of the team becomes ADMIN whatever its role here. */
  role: Role
  /** Given for a portal login: fields of the customer record that the account will see. */
  customer?: { phone?: string; company?: string }
}
type RegistrationCtx = PublicCtx & { actor?: Actor }

/** Creates an account in the shared workspace as `createSharedAccount` does, and signs it in. */
export async function registerInSharedWorkspace(caller: RegistrationCtx, input: SharedRegistration, client: Client) {
  const ctx = await located(caller, 'shared')
  const id = ctx.newId()
  const session = await prepareSession(ctx, id, client)
  const made = await createSharedAccount(ctx, input, { id, session: session.insert })
  return { ...made, ...(await session.issueTokens(made.user, made.workspace)) }
}

type Opening = { id: string; session?: Statement }

/**
 * Creates an account in the shared workspace, in one round trip; a portal login gets a customer record with the id
 * `customerId`. Throws `signup_closed`, `email_taken`, `username_taken`, `customer_exists`, `plan_limit`, `forbidden`.
 */
export async function createSharedAccount(
  caller: RegistrationCtx,
  input: SharedRegistration,
  opening: Opening = { id: caller.newId() },
) {
  if (caller.config.SIGNUP === 'closed') throw new AppError('signup_closed')
  const ctx = await located(caller, 'shared')
  const passwordHash = await hashPassword(input.password, ctx.config.BCRYPT_COST)
  return byCountry(ctx.actor?.country ?? null, (country) =>
    insertAccount(ctx, input, { ...opening, passwordHash, country }),
  )
}

type Inserted = Opening & { passwordHash: string; country: string | null }

async function insertAccount(
  ctx: RegistrationCtx,
  input: SharedRegistration,
  { id, session, passwordHash, country }: Inserted,
) {
  const { db, now, actor } = ctx
  const { email, username, name, customer } = input
  const hasCustomer = customer ? isCustomerEmail(email) : sql`false`
  const hasUsername = username === undefined ? sql`false` : isUsernameTaken(username)
  const isFirst = sql`(NOT ${hasAdmin(sharedWorkspaceId)})`
  const customerId = ctx.newId()
  const account = {
    id,
    workspaceId: sharedWorkspaceId,
    email,
    username,
    name,
    passwordHash,
    role: customer ? sql`${input.role}` : sql`CASE WHEN ${isFirst} THEN 'ADMIN' ELSE ${input.role} END`,
    createdAt: now,
    updatedAt: now,
  }
  // The first account of the team becomes ADMIN; later only an ADMIN creates a MANAGER or an ADMIN.
  const isRoleOpen = OPEN_REGISTRATION_ROLES.includes(input.role)
  const isRoleAllowed = isRoleOpen ? sql`true` : sql`(${isFirst} OR ${isSharedAdmin(actor)})`
  // A member needs a seat of the plan, a portal login needs room for a customer.
  const limited = customer ? 'customers' : 'users'
  const isWithinPlan = isWithinLimit(ctx, limited, sharedWorkspaceId)
  const mayInsert = sql`WHERE ${isRoleAllowed} AND NOT ${hasUsername} AND NOT ${hasCustomer} AND ${isWithinPlan}`
  const { user, workspace, taken, exceeded } = await runBatch(db, {
    sharedWorkspace: sharedWorkspaceInsert(ctx),
    account: insertFrom(db, users, account, mayInsert),
    // A portal login is told of by the event of its customer.
    event: customer ? undefined : registrationEvent(ctx, account.id),
    ...userAndWorkspace(ctx, account.id),
    session,
    taken: one(
      db
        .select({
          username: sql<number>`${hasUsername}`.as('username_taken'),
          customer: sql<number>`${hasCustomer}`.as('customer_exists'),
        })
        .from(sql`(SELECT 1)`),
    ),
    exceeded: one(limitExceeded(ctx, limited, { workspaceId: sharedWorkspaceId, when: isRoleAllowed })),
    customer: customer ? customerStatements(ctx, customerId, account.id, input, country) : [],
    verification: await tokenStatements(ctx, 'VERIFICATION', eq(users.id, account.id)),
  }).catch((error) => {
    if (isUniqueViolation(error, 'users.username')) throw new AppError('username_taken')
    throw isUniqueViolation(error, 'users.email') ? new AppError('email_taken') : error
  })
  if (user && workspace) return { user, workspace, customerId }
  if (taken?.username) throw new AppError('username_taken')
  if (taken?.customer) throw new AppError('customer_exists')
  if (exceeded) throw limitExceededError(ctx, limited, exceeded)
  throw new AppError('forbidden', { detail: `Only an ADMIN creates an account with the role ${input.role}.` })
}

const namesake = alias(users, 'namesake')

function isUsernameTaken(username: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS ${namesake}
    WHERE ${namesake.username} = ${username} AND ${namesake.deletedAt} IS NULL)`
}

// Knowing a customer's address must not give access to the record: existing customers are invited instead.
function isCustomerEmail(email: string): SQL {
  return sql`EXISTS (${holdersOf(sharedWorkspaceId, sql`${JSON.stringify([email])}`)})`
}

function isSharedAdmin(actor: Actor | undefined): SQL {
  if (!actor || reach(actor, 'users:admin') === undefined) return sql`false`
  return sql`(${sharedWorkspaceId} = ${actor.workspaceId} AND ${isActorCurrent(actor)})`
}

// A member of the team who signs a customer up owns the customer, as with one that the member creates.
function ownerOf({ actor }: RegistrationCtx): SQL | null {
  const owner = actor && !isPortal(actor) ? authorOf(actor) : null
  if (!actor || owner === null) return null
  return sql`CASE WHEN ${sharedWorkspaceId} = ${actor.workspaceId} AND ${isActorCurrent(actor)} THEN ${owner} END`
}

/** Statements that create the customer record of a portal login, if the account was created. */
function customerStatements(
  ctx: RegistrationCtx,
  id: string,
  userId: string,
  { name, email, customer }: SharedRegistration,
  country: string | null,
) {
  const { db, now } = ctx
  const { phone, company } = customer ?? {}
  const row = {
    id,
    workspaceId: sharedWorkspaceId,
    userId,
    ownerId: ownerOf(ctx),
    name,
    email,
    phone,
    company,
    ...derivedValues(CUSTOMER_FIELDS, { name, email, phone, company }, country),
    createdAt: now,
    updatedAt: now,
  }
  const hasAccount = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${eq(users.id, userId)})`
  return [
    insertFrom(db, customers, row, sql`WHERE ${hasAccount}`),
    eventInsert(ctx, {
      verb: 'customer.created',
      subject: 'customer',
      id,
      changes: { userId: [null, userId] },
      workspaceId: sharedWorkspaceId,
      when: ifChanged,
    }),
    ...countryCheck(db, [phone], { workspaceId: sharedWorkspaceId, country }),
  ]
}
