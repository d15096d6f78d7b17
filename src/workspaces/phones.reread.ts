// Reading phone numbers again after the workspace has got another country: those that could not be read before.
import { type AnyColumn, and, eq, gt, isNotNull, isNull, or, sql } from 'drizzle-orm'
import { one, runBatch } from '../db/batch'
import { connect, type Db } from '../db/client'
import { customers, leads, workspaces } from '../db/schema'
import { nextVersion } from '../records/version'
import { readPhoneField } from '../text/searched'

/** Rows of each table that one piece looks at. */
const PIECE_ROWS = 500
/** Statements of a piece, and those that its share of an invocation allows (D1's free plan: 50 for all jobs). */
const PIECE_STATEMENTS = 6
const MAX_STATEMENTS = 30

/** What sets a workspace to have its unread numbers read again: the rows after these are still to be looked at. */
export const REREAD = { unreadCustomersAfter: 0, unreadLeadsAfter: 0 } as const

const isWaiting = or(isNotNull(workspaces.unreadCustomersAfter), isNotNull(workspaces.unreadLeadsAfter))

/** The job: reads on where workspaces wait for it, as far as the statements of the invocation go. */
export async function rereadPhones(env: Env, _now: string, spent: { statements: number }): Promise<void> {
  const { db } = connect(env.DB, 'first-primary')
  while (spent.statements + PIECE_STATEMENTS <= MAX_STATEMENTS) {
    spent.statements += 1
    const [waiting] = await db.select({ id: workspaces.id }).from(workspaces).where(isWaiting).limit(1)
    if (!waiting) return
    spent.statements += PIECE_STATEMENTS - 1
    await rereadPiece(db, waiting.id)
  }
}

/** Reads the next 500 unread numbers of customers and of leads by the country that the workspace has now. */
export async function rereadPiece(db: Db, workspaceId: string): Promise<void> {
  const { workspace, ofCustomers, ofLeads } = await runBatch(db, {
    workspace: one(
      db
        .select({ country: workspaces.defaultCountry })
        .from(workspaces)
        .where(and(eq(workspaces.id, workspaceId), isWaiting)),
    ),
    ofCustomers: unreadSelect(db, customers, workspaceId, workspaces.unreadCustomersAfter),
    ofLeads: unreadSelect(db, leads, workspaceId, workspaces.unreadLeadsAfter),
  })
  if (!workspace) return
  const { country } = workspace
  // Where the country has changed once more, that change has begun anew.
  const isCountry = and(eq(workspaces.id, workspaceId), sql`${workspaces.defaultCountry} IS ${country}`)
  await runBatch(db, {
    customers: readAgain(db, customers, ofCustomers, country),
    leads: readAgain(db, leads, ofLeads, country),
    workspace: db
      .update(workspaces)
      .set({ unreadCustomersAfter: lastOf(ofCustomers), unreadLeadsAfter: lastOf(ofLeads) })
      .where(isCountry),
  })
}

type Unread = { seq: number; phone: string | null }
type Table = typeof customers | typeof leads

function unreadSelect(db: Db, table: Table, workspaceId: string, after: AnyColumn) {
  return db
    .select({ seq: table.seq, phone: table.phone })
    .from(table)
    .where(
      and(
        eq(table.workspaceId, workspaceId),
        isNotNull(table.phone),
        isNull(table.phoneE164),
        gt(table.seq, sql`(SELECT ${after} FROM ${workspaces} WHERE ${workspaces.id} = ${workspaceId})`),
      ),
    )
    .orderBy(table.seq)
    .limit(PIECE_ROWS)
}

// A number that was written anew in the meantime was read when it was written.
function readAgain(db: Db, table: Table, rows: Unread[], country: string | null) {
  const read = rows.flatMap(({ seq, phone }) => {
    const { key, text } = readPhoneField(phone ?? '', country)
    return key === null ? [] : [{ seq, phone, key, text }]
  })
  if (read.length === 0) return []
  return db
    .update(table)
    .set({
      phoneE164: sql`again.value ->> 'key'`,
      phoneText: sql`again.value ->> 'text'`,
      version: nextVersion(table),
    })
    .from(sql`json_each(${JSON.stringify(read)}) AS again`)
    .where(
      sql`${table.seq} = again.value ->> 'seq' AND ${table.phone} = again.value ->> 'phone' AND ${table.phoneE164} IS NULL`,
    )
}

function lastOf(rows: Unread[]): number | null {
  return rows.length < PIECE_ROWS ? null : (rows.at(-1)?.seq ?? null)
}
