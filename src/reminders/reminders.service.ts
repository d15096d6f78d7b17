// Reminders: mails each due record once, when its owner wants to be told; the others are marked as done with.
import { type Config, configOf } from '../config'
import { runBatch } from '../db/batch'
import { connect, type Db } from '../db/client'
import { dayIn } from '../interactions/interactions.due'
import { canMail } from '../mail/mail.settings'
import { HOUR_MS, MINUTE_MS } from '../time'
import { clockIn, knownZone, nextDigest, type Quiet, whenLoud } from './reminders.clock'
import { type ReminderMail, reminderMails } from './reminders.mails'
import {
  type DueRow,
  digestsDue,
  dueNow,
  dueTo,
  plannedDigests,
  type ReminderOutcome,
  reminderOutcomes,
} from './reminders.queries'

// Rounds and pages: 2 rounds of 7 to 11 statements and 5 of 5 stay within the 50 that D1's free plan allows an invocation.
const DIGEST_ROUNDS = 2
const ROUNDS = 5
const PEOPLE = 40
const FEW = 3
const PAGE = 200
const DIGEST_PAGE = 500
/** So many mails at once are a list. */
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

/** A round of the reminders due now; says whether there may be more. */
async function mailReminders(run: Run): Promise<boolean> {
  const rows = await dueNow(run.db, run.now, PAGE)
  const decided = rows.map((row) => ({ row, until: heldUntil(row, Date.parse(run.now)) }))
  const mailed = decided.filter(({ row, until }) => row.mayHear && until === null).map(({ row }) => row)
  const ofEach = Map.groupBy(mailed, ({ recipient }) => recipient)
  const mailKeyOf = (row: DueRow) => {
    // Notices to an address that has not proved itself are counted: those of a round are one.
    const isList = !row.isProven || (ofEach.get(row.recipient)?.length ?? 0) > SINGLE_AT_MOST
    return isList ? row.recipient : `${row.recipient} ${row.kind} ${row.id}`
  }
  const verdicts = decided.map(({ row, until }) => outcomeOf(row, until))
  await runBatch(run.db, {
    mails: mailsOf(run, mailed, mailKeyOf),
    verdicts: reminderOutcomes(run.db, verdicts),
  })
  return rows.length >= PAGE
}

// Null where it is mailed, or never will be; otherwise an instant to come.
function heldUntil({ mayHear, digestDue, timeZone, quietFrom, quietTo }: DueRow, now: number): string | null {
  if (!mayHear) return null
  if (digestDue !== null) return iso(Math.max(digestDue === '' ? 0 : Date.parse(digestDue), now + MINUTES_5))
  const loud = whenLoud(clockIn(knownZone(timeZone)), quietOf({ quietFrom, quietTo }), now)
  return loud > now ? iso(loud) : null
}

/** A round of daily digests, each of what is due until the reader's day ends; says whether there may be more. */
async function mailDigests(run: Run, atMost = PEOPLE): Promise<boolean> {
  const now = Date.parse(run.now)
  const people = (await digestsDue(run.db, run.now, atMost)).map((person) => {
    const zone = knownZone(person.timeZone)
    const [clock, quiet] = [clockIn(zone), quietOf(person)]
    // One that comes hours late, after an outage, would come at an odd hour: it is left to the next day's.
    const isOnTime = person.nextDigestAt !== null && now - Date.parse(person.nextDigestAt) < HOURS_6
    const isReading = isOnTime && person.wantsIt === 1 && whenLoud(clock, quiet, now) === now
    const next = iso(nextDigest(clock, person.digestHour, quiet, now))
    return { id: person.id, due: person.digestDue, next, isReading, until: dayIn(zone, run.now).end }
  })
  if (people.length === 0) return false
  const readers = people.filter(({ isReading }) => isReading)
  const rows = readers.length > 0 ? await dueTo(run.db, readers, DIGEST_PAGE) : []
  // A full page may lack some reminders of a reader: the round is run again for a quarter of the people.
  const isCut = [...Map.groupBy(rows, ({ kind }) => kind).values()].some((ofKind) => ofKind.length >= DIGEST_PAGE)
  if (isCut && atMost > FEW) return mailDigests(run, Math.ceil(atMost / 4))
  const mailed = rows.filter(({ mayHear }) => mayHear)
  await runBatch(run.db, {
    mails: mailsOf(run, mailed, ({ recipient }) => recipient),
    verdicts: reminderOutcomes(
      run.db,
      rows.map((row) => outcomeOf(row, null)),
    ),
    digestsPlanned: plannedDigests(run.db, people),
  })
  return people.length >= atMost
}

function mailsOf(run: Run, rows: DueRow[], mailKeyOf: (row: DueRow) => string) {
  const inLetters = rows.map(
    (row): ReminderMail => ({ ...row, timeZone: knownZone(row.timeZone), letter: mailKeyOf(row) }),
  )
  // Mail is queued as of the real time: a run that was called for another instant, to try it, is sent now as well.
  return inLetters.length > 0 ? reminderMails({ ...run, now: new Date().toISOString() }, inLetters) : []
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
