// Due reminders, and the statements that hold or finish them. Each row is read along an index of open reminders.
import { eq, type SQL, sql } from 'drizzle-orm'
import { rolesReaching } from '../access/policy'
import type { Db } from '../db/client'
import { customers, interactions, leads, users } from '../db/schema'
import { anyOf, columnIn } from '../db/sql'
import { hasEnabled } from '../mail/mail.audience'

/** The tables of records with reminders: when a record is due, and who is reminded. */
const SOURCES = {
  interaction: { table: interactions, name: 'interactions', due: interactions.followUpAt, to: interactions.remindTo },
  lead: { table: leads, name: 'leads', due: leads.followUpAt, to: leads.ownerId },
  customer: { table: customers, name: 'customers', due: customers.nextTouchAt, to: customers.ownerId },
} as const
export type Kind = keyof typeof SOURCES
type Source = (typeof SOURCES)[Kind]
const KINDS: Kind[] = ['interaction', 'lead', 'customer']

export type DueRow = Awaited<ReturnType<typeof dueNow>>[number]

/** The records due at an instant, longest due first, at most `limit` of each kind. */
export function dueNow(db: Db, now: string, limit: number) {
  const walk = ({ table, name }: Source) => ({
    rows: sql`${table} AS due INDEXED BY ${sql.identifier(`${name}_remind`)}`,
    where: sql`${columnIn('due', table.remindAt)} <= ${now}`,
  })
  return dueRows(db, walk, limit)
}

/** The records due to these people, each before the person's `until`; at most `limit` of each kind. */
export function dueTo(db: Db, people: { id: string; until: string }[], limit: number) {
  const walk = ({ table, name, to }: Source) => ({
    rows: sql`json_each(${JSON.stringify(people)}) AS person
      CROSS JOIN ${table} AS due INDEXED BY ${sql.identifier(`${name}_owner_remind`)}`,
    where: sql`${columnIn('due', to)} = person.value ->> 'id'
      AND ${columnIn('due', table.remindAt)} < person.value ->> 'until'`,
  })
  return dueRows(db, walk, limit)
}

type Walk = (source: Source) => { rows: SQL; where: SQL }

function dueRows(db: Db, walk: Walk, limit: number) {
  const parts = KINDS.map((kind) => {
    const { rows, where } = walk(SOURCES[kind])
    const { due, to } = SOURCES[kind]
    const shared = sql`${kindText(kind)} AS kind, due.id, due.workspace_id, ${columnIn('due', due)} AS due_at, due.remind_at,
      ${columnIn('due', to)} AS recipient`
    const { columns, joins } = textColumns[kind]
    return sql`SELECT * FROM (SELECT ${shared}, ${sql.raw(columns)} FROM ${rows} ${sql.raw(joins)}
      WHERE ${where} ORDER BY due.remind_at LIMIT ${limit})`
  })
  // Roles that see records without an owner are reminded of what they logged there.
  const seesAll = anyOf(users.role, rolesReaching('interactions:read'))
  return db
    .select({
      kind: sql<Kind>`due.kind`.as('kind'),
      id: sql<string>`due.id`.as('id'),
      workspaceId: sql<string>`due.workspace_id`.as('workspace_id'),
      dueAt: sql<string>`due.due_at`.as('due_at'),
      recipient: sql<string>`due.recipient`.as('recipient'),
      name: sql<string>`due.name`.as('name'),
      note: sql<string>`due.note`.as('note'),
      path: sql<string>`due.path`.as('path'),
      canBeMailed: sql<number>`coalesce(${hasEnabled('followUpDue')} AND ${users.workspaceId} = due.workspace_id
        AND due.is_living AND (due.is_owned OR ${seesAll}), 0)`.as('can_be_mailed'),
      ...recipientColumns,
    })
    .from(sql`(${sql.join(parts, sql` UNION ALL `)}) AS due`)
    .leftJoin(users, sql`${users.id} = due.recipient`)
    .orderBy(sql`due.remind_at`)
}

const recipientColumns = {
  email: sql<string>`${users.email}`.as('email'),
  user: sql<string>`${users.name}`.as('user'),
  isVerified: sql<number>`${users.emailVerifiedAt} IS NOT NULL`.as('is_verified'),
  timeZone: sql<string>`${users.timeZone}`.as('time_zone'),
  quietFrom: sql<string | null>`${users.quietFrom}`.as('quiet_from'),
  quietTo: sql<string | null>`${users.quietTo}`.as('quiet_to'),
  digestDue: sql<string | null>`${users.digestDue}`.as('digest_due'),
}

/** The texts of a reminder by kind, and whether its customer or lead has an owner and is not in the trash. */
const textColumns: Record<Kind, { columns: string; joins: string }> = {
  interaction: {
    columns: `coalesce(c.name, l.name, l.title) AS name, substr(due.body, 1, 300) AS note,
      coalesce('customers/' || due.customer_id, 'leads/' || due.lead_id) AS path, due.owner_id IS NOT NULL AS is_owned,
      CASE WHEN due.customer_id IS NULL THEN l.deleted_at IS NULL ELSE c.deleted_at IS NULL END AS is_living`,
    joins: 'LEFT JOIN customers AS c ON c.id = due.customer_id LEFT JOIN leads AS l ON l.id = due.lead_id',
  },
  lead: {
    columns: `coalesce(due.name, due.title) AS name, due.title AS note, 'leads/' || due.id AS path,
      1 AS is_owned, 1 AS is_living`,
    joins: '',
  },
  customer: {
    columns: `due.name AS name, '' AS note, 'customers/' || due.id AS path, 1 AS is_owned, 1 AS is_living`,
    joins: '',
  },
}

/** The users whose daily digest is due or must be planned, longest due first. */
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
      wantsDigest: sql<number>`${hasEnabled('followUpDue')}`.as('wants_digest'),
    })
    .from(users)
    .where(sql`${users.digestDue} <= ${now}`)
    .orderBy(users.digestDue)
    .limit(limit)
}

/** The statement that plans the next digests; a digest that was planned since it was read stays as it is. */
export function plannedDigests(db: Db, plans: { id: string; due: string | null; next: string }[]) {
  return db
    .update(users)
    .set({ nextDigestAt: sql`plan.value ->> 'next'` })
    .from(sql`json_each(${JSON.stringify(plans)}) AS plan`)
    .where(sql`${eq(users.id, sql`plan.value ->> 'id'`)} AND ${users.digestDue} = plan.value ->> 'due'`)
}

/** What happens to a due record: it is held until an instant or, with null, finished. */
export type ReminderOutcome = Pick<DueRow, 'kind' | 'id' | 'dueAt' | 'recipient'> & { until: string | null }

/** The statements that hold or finish records, each if the record has not changed since it was read. */
export function reminderOutcomes(db: Db, outcomes: ReminderOutcome[]) {
  return KINDS.flatMap((kind) => {
    const ofKind = outcomes.filter((outcome) => outcome.kind === kind)
    if (ofKind.length === 0) return []
    const { table, due } = SOURCES[kind]
    const change = db
      .update(table)
      .set({
        remindedFor: sql`CASE WHEN outcome.value ->> 'until' IS NULL THEN ${due} ELSE ${table.remindedFor} END`,
        heldUntil: sql`outcome.value ->> 'until'`,
      })
      .from(sql`json_each(${JSON.stringify(ofKind)}) AS outcome`)
      .where(matchesRecord(kind, sql`outcome.value`))
    return [change]
  })
}

/** SQL: whether a record, as JSON `{ kind, id, dueAt, recipient }`, still waits for its reminder. */
export function isStillDue(record: SQL): SQL {
  const cases = KINDS.map((kind) => {
    const { table } = SOURCES[kind]
    return sql`WHEN ${kindText(kind)} THEN EXISTS (SELECT 1 FROM ${table} WHERE ${matchesRecord(kind, record)})`
  })
  return sql`CASE ${record} ->> 'kind' ${sql.join(cases, sql` `)} END`
}

function matchesRecord(kind: Kind, record: SQL): SQL {
  const { table, due, to } = SOURCES[kind]
  return sql`${table.id} = ${record} ->> 'id' AND ${due} = ${record} ->> 'dueAt'
    AND ${to} = ${record} ->> 'recipient' AND ${table.remindAt} IS NOT NULL`
}

function kindText(kind: Kind): SQL {
  return sql.raw(`'${kind}'`)
}
