// Enquiries: a message from the public form becomes a lead in the pool. A robot gets the same answer, but no lead.
import { eq, sql } from 'drizzle-orm'
import { isTeamMember } from '../access/visible'
import { located, type PublicCtx } from '../context'
import { holdersOf } from '../customers/customers.contacts'
import { one, runBatch } from '../db/batch'
import { dailyCountIncrement, secondsToMidnight } from '../db/daily-counters'
import { customers, leads, workspaces } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { enquiryMails } from '../leads/leads.mail'
import { derivedFields } from '../leads/leads.service'
import { byCountry, countryCheck } from '../records/country'
import { SECOND_MS } from '../time'
import { SHARED_SLUG, sharedWorkspaceInsert } from '../workspaces/workspaces.default'
import { isHuman } from './turnstile'

/** A form that is sent sooner after it was opened is a robot's. */
const MIN_OPEN_MS = 2 * SECOND_MS

type NewEnquiry = {
  workspace: string
  name: string
  email: string
  phone?: string
  interest?: string
  message?: string
  metadata?: Record<string, unknown>
  website?: string
  openedAt?: string
  turnstileToken?: string
}

/**
 * Puts an enquiry into the pool of the workspace with this slug, in one round trip with its daily limits and its event. An
 * enquiry from the address of a customer is linked to the customer, and belongs to the customer's owner. The answer is the same.
 * Throws `not_found` for an unknown slug, `enquiry_limit`, and `invalid` if Turnstile refuses the form.
 */
export async function submitEnquiry(ctx: PublicCtx, input: NewEnquiry) {
  if (!(await isHuman(ctx, input.turnstileToken))) {
    const message = 'The form check failed; load the form again'
    throw invalidError('body.turnstileToken', message, 'turnstile')
  }
  const here = await located(ctx, { names: [{ kind: 'slug', name: input.workspace }] })
  return byCountry(null, (country) => insertEnquiry(here, input, country))
}

async function insertEnquiry(ctx: PublicCtx, input: NewEnquiry, country: string | null) {
  const { db, now, config } = ctx
  const today = now.slice(0, 10)
  const { name, email, phone = null, interest = null, message = null, metadata } = input
  const enquiry = { id: ctx.newId(), name, email, phone, interest, message, createdAt: now }
  const workspaceBySlug = db.select({ id: workspaces.id }).from(workspaces).where(eq(workspaces.slug, input.workspace))
  if (isRobot(input, now)) {
    if ((await workspaceBySlug).length === 0) throw unknownWorkspaceError()
    return enquiry
  }
  const known = sql`FROM ${customers} WHERE ${customers.id} = (${holdersOf(sql`${workspaces.id}`, sql`${JSON.stringify([email])}`)} LIMIT 1)`
  const ownerId = sql`(SELECT ${customers.ownerId} ${known}
    AND ${isTeamMember(sql`${customers.ownerId}`, sql`${workspaces.id}`)})`
  const row = {
    ...enquiry,
    ...derivedFields(enquiry, country),
    metadata,
    workspaceId: sql`${workspaces.id}`,
    title: interest ?? `Enquiry of ${name}`.slice(0, 200),
    source: 'enquiry',
    customerId: sql`(SELECT ${customers.id} ${known})`,
    ownerId,
    claimedAt: sql`iif(${ownerId} IS NULL, NULL, ${now})`,
    updatedAt: now,
  }
  const { lead, workspace } = await runBatch(db, {
    countedByAddress: dailyCountIncrement(
      db,
      today,
      `enquiries from ${ctx.address}`,
      config.ENQUIRY_DAILY_MAX,
      sql`FROM ${workspaces} WHERE ${eq(workspaces.slug, input.workspace)}`,
    ),
    countedByEmail: dailyCountIncrement(
      db,
      today,
      `enquiries of ${email}`,
      config.ENQUIRY_DAILY_MAX_PER_EMAIL,
      sql`WHERE ${ifChanged}`,
    ),
    lead: one(
      insertFrom(
        db,
        leads,
        row,
        sql`FROM ${workspaces} WHERE ${ifChanged} AND ${eq(workspaces.slug, input.workspace)}`,
      ).returning({ id: leads.id }),
    ),
    event: eventInsert(ctx, {
      verb: 'lead.enquired',
      subject: 'lead',
      id: enquiry.id,
      workspaceId: sql`(SELECT ${leads.workspaceId} FROM ${leads} WHERE ${leads.id} = ${enquiry.id})`,
      when: ifChanged,
    }),
    workspace: one(workspaceBySlug),
    mail: enquiryMails(ctx, enquiry),
    country: countryCheck(db, [phone], { workspaceId: sql`(${workspaceBySlug})`, country }),
  })
  if (!workspace) throw unknownWorkspaceError()
  if (!lead) throw new AppError('enquiry_limit', { retryAfter: secondsToMidnight(now) })
  return enquiry
}

/** Puts an enquiry into the pool of the shared workspace. The first enquiry makes that workspace. */
export async function submitSharedEnquiry(ctx: PublicCtx, input: Omit<NewEnquiry, 'workspace'>) {
  const enquiry = { ...input, workspace: SHARED_SLUG }
  return submitEnquiry(ctx, enquiry).catch(async (error) => {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error
    await sharedWorkspaceInsert(await located(ctx, 'shared'))
    return submitEnquiry(ctx, enquiry)
  })
}

function isRobot({ website, openedAt }: NewEnquiry, now: string): boolean {
  if (website) return true
  // A time in the future means that the visitor's clock is wrong: such a visitor is no robot.
  const openFor = Date.parse(now) - Date.parse(openedAt ?? '')
  return openFor >= 0 && openFor < MIN_OPEN_MS
}

function unknownWorkspaceError(): AppError {
  return new AppError('not_found', { detail: 'No workspace has this slug.' })
}
