// What only STORAGE=objects needs: a module beside the main one, loaded by src/late.ts.
import { sql } from 'drizzle-orm'
import { addressYielding } from '../auth/yielding'
import { configOf } from '../config'
import { runBatch } from '../db/batch'
import { connect, type Db } from '../db/client'
import { Hub } from '../live/live.hub'
import type { Answer, Query } from '../objects/d1-shape'
import type { Claim } from '../objects/names'
import { ObjectStore } from '../objects/object-store'
import { DAY_MS, MINUTE_MS } from '../time'
import { nextNight, nextWork, runAlarm } from './object.alarm'

export { findWorkspace } from '../objects/locate'
export { sweepDirectory } from '../objects/object-store'

/** Where an object keeps the day of its last change, and the night in which it is purged next. */
const CHANGED = 'changed on'
const NIGHT = 'purged in the night of'

/** What an object consists of: the hub of its streams, and what holds its workspace. */
export function partsOf(state: DurableObjectState, env: Env): { hub: Hub; stored: StoredWorkspace } {
  const isInD1 = configOf(env).STORAGE === 'd1'
  const hub = new Hub(state, () => (isInD1 ? connect(env.DB, 'first-primary').db : stored.db()))
  const stored = new StoredWorkspace(state, env, () => hub.tellIfWatched())
  return { hub, stored }
}

/** What an object does that holds its workspace. `tellIfWatched` tells its streams that something happened. */
class StoredWorkspace {
  private readonly store: ObjectStore
  /** What jobs of this object run with: its own database in the place of D1. */
  private readonly own: Env
  /** The work that comes next, as the alarm is set; undefined before it was asked for. */
  private alarmAt: number | null | undefined
  private changedOn = 0

  constructor(
    private readonly state: DurableObjectState,
    private readonly env: Env,
    private readonly tellIfWatched: () => void,
  ) {
    this.store = new ObjectStore(state, env, yieldName)
    this.own = { ...env, DB: this.store.database }
  }

  /** The database of the workspace: in this object, or in D1 if it was made there. */
  db(): Db {
    return connect(this.store.hasDatabase() ? this.store.database : this.env.DB, 'first-primary').db
  }

  /** Whether the workspace keeps a name that a person elsewhere claims. */
  keepsName(claim: Claim): Promise<boolean> {
    return this.store.keepsName(claim)
  }

  /** Runs statements as one transaction; a refusal of SQLite is its message. */
  async sendBatch(queries: Query[], mayMake: boolean): Promise<Answer[] | string | undefined> {
    const answers = await this.store.runBatch(queries, mayMake).catch(messageOf)
    if (typeof answers === 'object' && answers.some(({ written }) => written > 0)) {
      this.tellIfWatched()
      this.noteChange()
      this.state.waitUntil(this.planAlarm())
    }
    return answers
  }

  /** Does what is due, and sets the alarm to what comes next: none where nothing does. */
  async alarm(): Promise<void> {
    this.alarmAt = null
    const now = Date.now()
    const night = Number(this.state.storage.kv.get(NIGHT) ?? 0)
    try {
      await this.store.settle()
      await runAlarm(this.own, new Date(now).toISOString(), night > 0 && night <= now)
    } finally {
      if (night > 0 && night <= now) this.state.storage.kv.delete(NIGHT)
      await this.planAlarm()
    }
  }

  // At most a minute before it is looked at again: what could not be done is tried once a minute.
  private async planAlarm(): Promise<void> {
    const { kv } = this.state.storage
    await this.store.settle().catch(() => {})
    const now = Date.now()
    const isTried = this.store.hasUnsettled()
    const work = await nextWork(connect(this.store.database, 'first-primary').db, configOf(this.env))
    let night = kv.get<number>(NIGHT)
    if (night === undefined) {
      night = nextNight(this.env, kv.get<number>(CHANGED) ?? 0, now)
      if (night !== undefined) kv.put(NIGHT, night)
    }
    const wanted = [
      ...(isTried ? [now] : []),
      ...(work === undefined ? [] : [Date.parse(work) || now]),
      ...(night === undefined ? [] : [night]),
    ].map((at) => Math.max(at, now + MINUTE_MS))
    this.alarmAt ??= await this.state.storage.getAlarm()
    const at = Math.min(...wanted)
    const isSet = this.alarmAt !== null && this.alarmAt <= at
    if (wanted.length === 0 || isSet) return
    this.alarmAt = at
    await this.state.storage.setAlarm(at)
  }

  // To the day, so that it is written once a day.
  private noteChange(): void {
    const { kv } = this.state.storage
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
    if (this.changedOn === today) return
    this.changedOn = today
    if (kv.get(CHANGED) !== today) kv.put(CHANGED, today)
  }
}

function messageOf(error: unknown): string {
  if (error instanceof Error && error.message.startsWith('D1_ERROR')) return error.message
  throw error
}

// An address that nobody proved goes to the person who did; a provider's account, when its user was removed.
async function yieldName(db: Db, { kind, name }: Claim): Promise<void> {
  const now = new Date().toISOString()
  if (kind === 'email') await runBatch(db, { yielded: addressYielding({ db, now }, name, sql`true`) })
  if (kind === 'oauth') {
    await db.run(sql`DELETE FROM oauth_accounts WHERE provider || ' ' || subject = ${name}
      AND user_id IN (SELECT id FROM users WHERE deleted_at IS NOT NULL)`)
  }
}
