// Jobs: work on more records than one request may touch, done in pieces by src/jobs.
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, stamps } from '../columns'
import { ACTOR_TYPES } from './events'
import { workspaces } from './workspaces'

export const JOB_STATES = ['RUNNING', 'DONE', 'CANCELLED'] as const

export const jobs = sqliteTable(
  'jobs',
  {
    id: id(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    /** Its name among the kinds in src/jobs/jobs.kinds.ts. */
    kind: text().notNull(),
    state: text({ enum: JOB_STATES }).notNull().default('RUNNING'),
    /** What the job is to do, in the shape that its kind defines. */
    input: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    /** Whether it may end before everything is done. */
    isCancellable: integer({ mode: 'boolean' }).notNull().default(false),
    /** The record that the job is about. */
    subjectId: text(),
    /** Which step of its kind comes next, from 0, and where the last piece of that step ended. */
    step: integer().notNull().default(0),
    position: text(),
    /** JSON array: the keys of the records of a piece. It is set only within the transaction of that piece. */
    picked: text(),
    /** How many pieces are done. A piece takes place only after the one before it, and only once. */
    pieces: integer().notNull().default(0),
    /** How many records are done, and how many there were in the beginning, if that was known. */
    done: integer().notNull().default(0),
    total: integer(),
    /** How many records came to which end, of kinds that tell. */
    outcomes: text({ mode: 'json' }).$type<Record<string, number>>(),
    /** How often in a row a piece has failed, and with which message. */
    failures: integer().notNull().default(0),
    lastError: text(),
    /** When the next piece may begin. A run that has the job moves this into the future, and so does a failure. */
    dueAt: instant().notNull(),
    actorType: text({ enum: ACTOR_TYPES }).notNull(),
    actorId: text(),
    ...stamps(),
    finishedAt: instant(),
  },
  (t) => [
    index('jobs_list').on(t.workspaceId, t.id),
    index('jobs_subject').on(t.workspaceId, t.subjectId, t.id),
    index('jobs_due').on(t.dueAt).where(sql`state = 'RUNNING'`),
  ],
)
