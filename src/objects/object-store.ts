// The database inside the object of a workspace: runs batches as transactions, makes its schema, and takes names only
// after the directory has reserved them (docs/decisions/099).

import { connect, type Db } from '../db/client'
import { loadMigrations } from '../late'
import { type Answer, databaseOver, type Query } from './d1-shape'
import { doubtfulEntries, type Entry, giveBack, isQuiet, removeEntry, reserveName, settlement } from './directory'
import type { Name } from './names'
import { type Claim, changedNames, forgetChanges, heldName, lastChange, NAME_STATEMENTS, takenError } from './names'
import { storeOf } from './object-database'

/** Gives a name up for a person who proved it, if it may; afterwards the store asks whether it is still held. */
export type Yield = (db: Db, claim: Claim) => Promise<void>

// A batch takes names that are not reserved: it is undone, and run again once they are.
class UnreservedNames extends Error {
  constructor(readonly claims: Claim[]) {
    super('A batch takes names that are not reserved')
  }
}

/** How often a name is asked for that another workspace has reserved and does not have yet, and how long between. */
const TRIES = 5
const WAIT_MS = 100

type Done = { answers: Answer[]; hasNewNames: boolean }

const keyOf = ({ kind, name }: Name) => `${kind} ${name}`

export class ObjectStore {
  /** The database, for what runs in the object itself. */
  readonly database = databaseOver(async (queries) => {
    const answers = await this.runBatch(queries, false)
    if (!answers) throw new Error('This object holds no workspace')
    return answers
  })
  private isMade: boolean | undefined
  private settling: Promise<void> = Promise.resolve()

  constructor(
    private readonly state: DurableObjectState,
    private readonly env: Env,
    private readonly yieldName: Yield,
  ) {}

  /**
   * Runs statements as one transaction. Undefined if the object has no database and the batch may not make it, or does not:
   * what it would have made is undone.
   */
  async runBatch(queries: Query[], mayMake: boolean): Promise<Answer[] | undefined> {
    if (!this.hasDatabase() && !mayMake) return undefined
    const migrations = this.isMade ? [] : await this.state.blockConcurrencyWhile(loadMigrations)
    const reserved = new Map<string, Entry>()
    for (;;) {
      try {
        const { answers, hasNewNames } = this.runOnce(queries, migrations, reserved)
        if (hasNewNames) this.state.waitUntil(this.settle().catch(logUnsettled))
        return answers
      } catch (error) {
        if (!(error instanceof UnreservedNames)) throw error
        await this.reserve(error.claims, reserved)
      }
    }
  }

  /** Whether the workspace keeps a name that a person elsewhere claims. An address that is not proved yields to one that is. */
  async keepsName(claim: Claim): Promise<boolean> {
    if (!this.hasDatabase()) return false
    if (heldName(this.state.storage.sql, claim) && claim.isProven) {
      await this.yieldName(connect(this.database, 'first-primary').db, claim)
    }
    return heldName(this.state.storage.sql, claim) !== undefined
  }

  /** Tells the directory what has become of names that changed. What fails is told later. */
  settle(): Promise<void> {
    const settled = this.settling.then(() => this.settleNow())
    this.settling = settled.catch(() => {})
    return settled
  }

  /** Whether names have changed of which the directory has not heard. */
  hasUnsettled(): boolean {
    return this.hasDatabase() && changedNames(this.state.storage.sql).length > 0
  }

  /** Whether the workspace has been made. */
  hasDatabase(): boolean {
    this.isMade ??= tableExists(this.state.storage.sql)
    return this.isMade
  }

  private runOnce(queries: Query[], migrations: readonly string[], reserved: ReadonlyMap<string, Entry>): Done {
    const { storage } = this.state
    const done = storage.transactionSync(() => {
      // Another batch may have made it while this one waited.
      if (!this.isMade) for (const statement of [...migrations, ...NAME_STATEMENTS]) storage.sql.exec(statement)
      const before = queries.length > 0 ? lastChange(storage.sql) : 0
      const answers = queries.map((query) => answerOf(storage.sql, query))
      const changed = answers.some(({ written }) => written > 0) ? changedNames(storage.sql, before) : []
      requireReserved(changed, reserved)
      return { answers, hasNewNames: changed.length > 0 }
    })
    this.isMade = true
    return done
  }

  private async reserve(claims: readonly Claim[], reserved: Map<string, Entry>): Promise<void> {
    const { db } = connect(this.env.DB, 'first-primary')
    for (const claim of claims) {
      const entry = await this.reservation(db, claim)
      if (entry) {
        reserved.set(keyOf(claim), entry)
        continue
      }
      await Promise.all([...reserved.values()].map((own) => giveBack(db, own)))
      throw takenError(claim)
    }
  }

  // The own entry of a name; undefined if another workspace keeps it.
  private async reservation(db: Db, claim: Claim): Promise<Entry | undefined> {
    const workspaceId = this.workspaceId()
    for (let left = TRIES; left > 0; left -= 1) {
      const entry = await reserveName(db, claim, workspaceId)
      if (entry?.workspaceId === workspaceId) return entry
      if (!entry || (await storeOf(this.env, entry.workspaceId).keepsName(claim))) return undefined
      // Another workspace may be about to take it.
      if (isQuiet(entry)) await removeEntry(db, entry)
      else await scheduler.wait(WAIT_MS)
    }
    return undefined
  }

  // An alarm does not know the name of its object.
  private workspaceId(): string {
    return this.state.id.name ?? String(this.state.storage.sql.exec('SELECT id FROM workspaces').one().id)
  }

  private async settleNow(): Promise<void> {
    if (!this.hasDatabase()) return
    const { sql } = this.state.storage
    const changed = changedNames(sql)
    if (changed.length === 0) return
    const { db } = connect(this.env.DB, 'first-primary')
    const workspaceId = this.workspaceId()
    for (const name of changed) await settlement(db, name, workspaceId, name.isHeld)
    for (const name of changed) forgetChanges(sql, name)
  }
}

// The alarm tries again.
function logUnsettled(error: unknown): void {
  const name = error instanceof Error ? error.name : 'unknown'
  console.error(JSON.stringify({ level: 'error', event: 'names_unsettled', name }))
}

function tableExists(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE name = '_name_changes'").toArray().length > 0
}

function answerOf(sql: SqlStorage, { sql: text, params }: Query): Answer {
  try {
    const cursor = sql.exec(text, ...params)
    const rows = [...cursor.raw()]
    return { columns: cursor.columnNames, rows, read: cursor.rowsRead, written: cursor.rowsWritten }
  } catch (error) {
    // As D1 says it.
    throw error instanceof Error ? new Error(`D1_ERROR: ${error.message}`) : error
  }
}

function requireReserved(changed: ReturnType<typeof changedNames>, reserved: ReadonlyMap<string, Entry>): void {
  const isOwn = (claim: Claim) => Date.parse(reserved.get(keyOf(claim))?.reservedUntil ?? '') > Date.now()
  const missing = changed.filter((claim) => claim.isHeld && !isOwn(claim))
  if (missing.length > 0) throw new UnreservedNames(missing)
}

/** Settles reservations of which no object has said what became of them, because it died before it could. */
export async function sweepDirectory(env: Env): Promise<void> {
  const { db } = connect(env.DB, 'first-primary')
  for (const entry of await doubtfulEntries(db)) {
    const isKept = await storeOf(env, entry.workspaceId).keepsName({ ...entry, isProven: false })
    if (isKept) await settlement(db, entry, entry.workspaceId, true)
    else await removeEntry(db, entry)
  }
}
