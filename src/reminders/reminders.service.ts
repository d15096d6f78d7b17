// Reminders: mails each due record once if its owner wants reminders, and marks the others as finished.

import { afterQuietHours, clockIn, knownZone, nextDigest, type Quiet } from '../clock'
import { type Config, configOf } from '../config'
import { runBatch } from '../db/batch'
import { connect, type Db } from '../db/client'
import { dayIn } from '../interactions/interactions.due'
import { canMail } from '../mail/mail.settings'
import { HOUR_MS, MINUTE_MS } from '../time'
import { type ReminderRow, reminderMails } from './reminders.mails'
import {
  type DueRow,
  digestsDue,
  dueNow,
  dueTo,
  plannedDigests,
  type ReminderOutcome,
  reminderOutcomes,
} from './reminders.queries'

// 2 rounds of 7 to 11 statements and 5 rounds of 5 stay within the 50 that D1's free plan allows for an invocation.
const DIGEST_ROUNDS = 2
const ROUNDS = 5
const PEOPLE = 40
const FEW = 3
const PAGE = 200
const DIGEST_PAGE = 500
/** More reminders than this to one person in a round become one mail with a list. */
const SINGLE_AT_MOST = 5
const MINUTES_5 = 5 * MINUTE_MS
const HOURS_6 = 6 * HOUR_MS

type Run = { db: Db; config: Config; now: string; outgoing: Set<string> }

/**
 * Mails the reminders due at `now`; does nothing where mail is not set up. A mail and the mark that it was sent are one
 * transaction, so the next run does what this one left or failed at.
 */
export async function queueReminders(env: Env, now: string): Promise<void> {
  const config = configOf(env)
  if (!canMail(config)) return
  const run = { db: connect(env.DB, 'first-primary').db, config, now, outgoing: new Set<string>() }
  await repeatWhileMore(DIGEST_ROUNDS, () => mailDigests(run))
  await repeatWhileMore(ROUNDS, () => mailReminders(run))
}

async function repeatWhileMore(times: number, round: () => Promise<boolean>): Promise<void> {
  for (let left = times; left > 0 && (await round()); left -= 1);
}

/** Mails one round of due reminders. Returns whether there may be more. */
async function mailReminders(run: Run): Promise<boolean> {
  const rows = await dueNow(run.db, run.now, PAGE)
  const withHold = rows.map((row) => ({ row, until: heldUntil(row, Date.parse(run.now)) }))
  const mailed = withHold.filter(({ row, until }) => row.canBeMailed && until === null).map(({ row }) => row)
  const ofEach = Map.groupBy(mailed, ({ recipient }) => recipient)
  const mailKeyOf = (row: DueRow) => {
    // Mails to an unverified address are limited by number, so that a round sends only one.
    const isList = !row.isVerified || (ofEach.get(row.recipient)?.length ?? 0) > SINGLE_AT_MOST
    return isList ? row.recipient : `${row.recipient} ${row.kind} ${row.id}`
  }
  const outcomes = withHold.map(({ row, until }) => outcomeOf(row, until))
  await runBatch(run.db, {
    mails: mailsOf(run, mailed, mailKeyOf),
    outcomes: reminderOutcomes(run.db, outcomes),
  })
  return rows.length >= PAGE
}

// Until when the reminder is held; null if it is mailed now or never.
function heldUntil({ canBeMailed, digestDue, timeZone, quietFrom, quietTo }: DueRow, now: number): string | null {
  if (!canBeMailed) return null
  if (digestDue !== null) return iso(Math.max(digestDue === '' ? 0 : Date.parse(digestDue), now + MINUTES_5))
  const allowedAt = afterQuietHours(clockIn(knownZone(timeZone)), quietOf({ quietFrom, quietTo }), now)
  return allowedAt > now ? iso(allowedAt) : null
}

/** Mails one round of daily digests, each of the records due until the end of the reader's day. Returns whether there may be more. */
async function mailDigests(run: Run, atMost = PEOPLE): Promise<boolean> {
  const now = Date.parse(run.now)
  const people = (await digestsDue(run.db, run.now, atMost)).map((person) => {
    const zone = knownZone(person.timeZone)
    const [clock, quiet] = [clockIn(zone), quietOf(person)]
    // After an outage, a digest that is hours late is left to the next day.
    const isOnTime = person.nextDigestAt !== null && now - Date.parse(person.nextDigestAt) < HOURS_6
    const isReading = isOnTime && person.wantsDigest === 1 && afterQuietHours(clock, quiet, now) === now
    const next = iso(nextDigest(clock, person.digestHour, quiet, now))
    return { id: person.id, due: person.digestDue, next, isReading, until: dayIn(zone, run.now).end }
  })
  if (people.length === 0) return false
  const readers = people.filter(({ isReading }) => isReading)
  const rows = readers.length > 0 ? await dueTo(run.db, readers, DIGEST_PAGE) : []
  // A full page may lack some reminders of a reader: the round runs again for a quarter of the people.
  const isCut = [...Map.groupBy(rows, ({ kind }) => kind).values()].some((ofKind) => ofKind.length >= DIGEST_PAGE)
  if (isCut && atMost > FEW) return mailDigests(run, Math.ceil(atMost / 4))
  const mailed = rows.filter(({ canBeMailed }) => canBeMailed)
  await runBatch(run.db, {
    mails: mailsOf(run, mailed, ({ recipient }) => recipient),
    outcomes: reminderOutcomes(
      run.db,
      rows.map((row) => outcomeOf(row, null)),
    ),
    digestsPlanned: plannedDigests(run.db, people),
  })
  return people.length >= atMost
}

function mailsOf(run: Run, rows: DueRow[], mailKeyOf: (row: DueRow) => string) {
  const withKeys = rows.map(
    (row): ReminderRow => ({ ...row, timeZone: knownZone(row.timeZone), mailKey: mailKeyOf(row) }),
  )
  // Mail is queued with the real time, so that a trial run for another instant is sent now as well.
  return withKeys.length > 0 ? reminderMails({ ...run, now: new Date().toISOString() }, withKeys) : []
}

function outcomeOf({ kind, id, dueAt, recipient }: DueRow, until: string | null): ReminderOutcome {
  return { kind, id, dueAt, recipient, until }
}

function quietOf({ quietFrom, quietTo }: { quietFrom: string | null; quietTo: string | null }): Quiet {
  return quietFrom === null || quietTo === null ? null : { from: quietFrom, to: quietTo }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
