// What is due to whom, and the statements that deal with it: each row is looked for along an index of open reminders alone.
import { eq, type SQL, sql } from 'drizzle-orm'
import { rolesReaching } from '../access/policy'
import type { Db } from '../db/client'
import { customers, interactions, leads, users } from '../db/schema'
import { hasEnabled } from '../mail/mail.audience'

/** Where there is something to be reminded of: the columns that say when it is due, and whom it concerns. */
const SOURCES = {
  interaction: { table: interactions, name: 'interactions', due: 'follow_up_at', to: 'remind_to' },
  lead: { table: leads, name: 'leads', due: 'follow_up_at', to: 'owner_id' },
  customer: { table: customers, name: 'customers', due: 'next_touch_at', to: 'owner_id' },
} as const
export type Kind = keyof typeof SOURCES
type Source = (typeof SOURCES)[Kind]
const KINDS: Kind[] = ['interaction', 'lead', 'customer']

export type DueRow = Awaited<ReturnType<typeof dueNow>>[number]

/** What everybody is to be reminded of at an instant, longest due first, at most `limit` of each kind. */
export function dueNow(db: Db, now: string, limit: number) {
  const walk = ({ name }: Source) => ({
    rows: sql.raw(`${name} AS due INDEXED BY ${name}_remind`),
    where: sql`due.remind_at <= ${now}`,
  })
  return dueAlong(db, walk, limit)
}

/** What some people are to be reminded of, each of what is due before an instant of their own. */
export function dueTo(db: Db, people: { id: string; until: string }[], limit: number) {
  const walk = ({ name, to }: Source) => ({
    rows: sql`json_each(${JSON.stringify(people)}) AS person
      CROSS JOIN ${sql.raw(`${name} AS due INDEXED BY ${name}_owner_remind`)}`,
    where: sql`due.${sql.raw(to)} = person.value ->> 'id' AND due.remind_at < person.value ->> 'until'`,
  })
  return dueAlong(db, walk, limit)
}

type Walk = (source: Source) => { rows: SQL; where: SQL }

function dueAlong(db: Db, walk: Walk, limit: number) {
  const parts = KINDS.map((kind) => {
    const { rows, where } = walk(SOURCES[kind])
    const { due, to } = SOURCES[kind]
    const shared = sql.raw(`'${kind}' AS kind, due.id, due.workspace_id, due.${due} AS due_at, due.remind_at,
      due.${to} AS recipient`)
    const { columns, joins } = textColumns[kind]
    return sql`SELECT * FROM (SELECT ${shared}, ${sql.raw(columns)} FROM ${rows} ${sql.raw(joins)}
      WHERE ${where} ORDER BY due.remind_at LIMIT ${limit})`
  })
  // Who sees what nobody owns may be reminded of what they logged there.
  const seesAll = sql`users.role IN (SELECT value FROM json_each(${JSON.stringify(rolesReaching('interactions:read'))}))`
  return db
    .select({
      kind: sql<Kind>`due.kind`.as('kind'),
      id: sql<string>`due.id`.as('id'),
      workspaceId: sql<string>`due.workspace_id`.as('workspace_id'),
      dueAt: sql<string>`due.due_at`.as('due_at'),
      recipient: sql<string>`due.recipient`.as('recipient'),
      whom: sql<string>`due.whom`.as('whom'),
      note: sql<string>`due.note`.as('note'),
      page: sql<string>`due.page`.as('page'),
      mayHear: sql<number>`coalesce(${hasEnabled('followUpDue')} AND users.workspace_id = due.workspace_id
        AND due.is_living AND (due.is_owned OR ${seesAll}), 0)`.as('may_hear'),
      ...recipientColumns,
    })
    .from(sql`(${sql.join(parts, sql` UNION ALL `)}) AS due`)
    .leftJoin(users, sql`${users.id} = due.recipient`)
    .orderBy(sql`due.remind_at`)
}

const recipientColumns = {
  email: sql<string>`users.email`.as('email'),
  user: sql<string>`users.name`.as('user'),
  isProven: sql<number>`users.email_verified_at IS NOT NULL`.as('is_proven'),
  timeZone: sql<string>`users.time_zone`.as('time_zone'),
  quietFrom: sql<string | null>`users.quiet_from`.as('quiet_from'),
  quietTo: sql<string | null>`users.quiet_to`.as('quiet_to'),
  digestDue: sql<string | null>`users.digest_due`.as('digest_due'),
}

/** What a reminder says of each kind, and whether what it is about is there and owned. */
const textColumns: Record<Kind, { columns: string; joins: string }> = {
  interaction: {
    columns: `coalesce(c.name, l.name, l.title) AS whom, substr(due.body, 1, 300) AS note,
      coalesce('customers/' || due.customer_id, 'leads/' || due.lead_id) AS page, due.owner_id IS NOT NULL AS is_owned,
      CASE WHEN due.customer_id IS NULL THEN l.deleted_at IS NULL ELSE c.deleted_at IS NULL END AS is_living`,
    joins: 'LEFT JOIN customers AS c ON c.id = due.customer_id LEFT JOIN leads AS l ON l.id = due.lead_id',
  },
  lead: {
    columns: `coalesce(due.name, due.title) AS whom, due.title AS note, 'leads/' || due.id AS page,
      1 AS is_owned, 1 AS is_living`,
    joins: '',
  },
  customer: {
    columns: `due.name AS whom, '' AS note, 'customers/' || due.id AS page, 1 AS is_owned, 1 AS is_living`,
    joins: '',
  },
}

/** Whose daily digest is due, or to be planned, longest due first. */
export function digestsDue(db: Db, now: string, limit: number) {
  return db
    .select({
      id: users.id,
      timeZone: users.timeZone,
      quietFrom: users.quietFrom,
      quietTo: users.quietTo,
      digestHour: users.digestHour,
      nextDigestAt: users.nextDigestAt,
      digestDue: users.digestDue,
      wantsIt: sql<number>`${hasEnabled('followUpDue')}`.as('wants_it'),
    })
    .from(users)
    .where(sql`${users.digestDue} <= ${now}`)
    .orderBy(users.digestDue)
    .limit(limit)
}

/** Plans digests anew, each unless somebody has done so since it was read. */
export function plannedDigests(db: Db, plans: { id: string; due: string | null; next: string }[]) {
  return db
    .update(users)
    .set({ nextDigestAt: sql`plan.value ->> 'next'` })
    .from(sql`json_each(${JSON.stringify(plans)}) AS plan`)
    .where(sql`${eq(users.id, sql`plan.value ->> 'id'`)} AND ${users.digestDue} = plan.value ->> 'due'`)
}

/** What is to become of a due record: held until an instant, or done with. */
export type ReminderOutcome = Pick<DueRow, 'kind' | 'id' | 'dueAt' | 'recipient'> & { until: string | null }

/** The statements that put verdicts into effect, each where the record still is as it was read. */
export function reminderOutcomes(db: Db, verdicts: ReminderOutcome[]) {
  return KINDS.flatMap((kind) => {
    const own = verdicts.filter((verdict) => verdict.kind === kind)
    if (own.length === 0) return []
    const { table, due } = SOURCES[kind]
    const change = db
      .update(table)
      .set({
        remindedFor: sql`CASE WHEN verdict.value ->> 'until' IS NULL THEN ${sql.raw(due)} ELSE reminded_for END`,
        heldUntil: sql`verdict.value ->> 'until'`,
      })
      .from(sql`json_each(${JSON.stringify(own)}) AS verdict`)
      .where(stillDue(kind, sql.raw(SOURCES[kind].name), sql`verdict.value`))
    return [change]
  })
}

/** SQL: a record of any kind, as JSON `{ kind, id, dueAt, recipient }`, still waits for its reminder. */
export function isStillDue(record: SQL): SQL {
  const cases = KINDS.map((kind) => {
    const { name } = SOURCES[kind]
    return sql`WHEN ${sql.raw(`'${kind}'`)} THEN EXISTS
      (SELECT 1 FROM ${sql.raw(name)} WHERE ${stillDue(kind, sql.raw(name), record)})`
  })
  return sql`CASE ${record} ->> 'kind' ${sql.join(cases, sql` `)} END`
}

function stillDue(kind: Kind, row: SQL, record: SQL): SQL {
  const { due, to } = SOURCES[kind]
  return sql`${row}.id = ${record} ->> 'id' AND ${row}.${sql.raw(due)} = ${record} ->> 'dueAt'
    AND ${row}.${sql.raw(to)} = ${record} ->> 'recipient' AND ${row}.remind_at IS NOT NULL`
}
