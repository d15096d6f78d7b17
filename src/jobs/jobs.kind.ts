// What a kind of job is, as data: the steps that it takes, each with the records of a piece and what becomes of them.
import { type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Actor } from '../access/policy'
import type { Config } from '../config'
import type { Statement } from '../db/batch'
import type { Db } from '../db/client'
import { jobs } from '../db/schema'
import { insertFrom } from '../db/sql'

/** What the statements of a piece need. `actor` asked for the job; a job that a trigger began has none. */
export type JobCtx = {
  db: Db
  config: Config
  jobId: string
  /** The instant of the piece, ISO-8601 UTC. */
  now: string
  workspaceId: string
  actor?: Pick<Actor, 'type' | 'id' | 'workspaceId'>
}

/** The records of a piece: at most 500, and so few that the piece writes at most 5,000 rows. */
export type Selection = {
  /** What tells a record from others, such as its `seq`. */
  key: SQL
  /** FROM … WHERE … ORDER BY … LIMIT … */
  from: SQL
  /** Where the record stands in that order; needed if it still meets the condition when it is done. */
  position?: SQL
}

/** One of the passes that a job makes over records, in pieces. */
export type JobStep = {
  /** A piece with fewer records is the last of its step. With 1, the step ends with a piece that has none. */
  full: number
  /** The records behind `after`, which is the `position` of the last one that is done, as text; null at the beginning. */
  pick: (after: string | null) => Selection
  /** What it picks are no records: `done` does not count them. */
  isUncounted?: true
  /** What is done with them, in at most 12 statements; `picked` is a SELECT of their keys. */
  statements: (picked: SQL) => readonly Statement[]
}

export type JobKind = {
  stepsOf: (ctx: JobCtx, input: unknown) => readonly JobStep[]
  /** Asked in the transaction of each piece: where it is false, the job ends there as CANCELLED, and what is done stays. */
  mayGoOn?: (ctx: JobCtx, input: unknown) => SQL
}
export type JobKinds = Readonly<Record<string, JobKind>>

/** A kind whose jobs have this input. The steps depend on the input alone, for every piece asks for them anew. */
export function jobKind<Input>(kind: {
  input: z.ZodType<Input>
  steps: (ctx: JobCtx, input: Input) => readonly JobStep[]
  mayGoOn?: (ctx: JobCtx, input: Input) => SQL
}): JobKind {
  const { input, steps, mayGoOn } = kind
  return {
    stepsOf: (ctx, given) => steps(ctx, input.parse(given)),
    ...(mayGoOn && { mayGoOn: (ctx, given) => mayGoOn(ctx, input.parse(given)) }),
  }
}

type NewJob = {
  /** Its id, if rows of the batch refer to it. */
  id?: string
  kind: string | SQL
  input: Record<string, unknown> | SQL
  subjectId?: string | SQL
  /** How many records there are, if that is cheap to know. */
  total?: SQL
  /** How many records came to which end already, as JSON. */
  outcomes?: SQL
  /** Whether it can be cancelled. What is done stays done. */
  isCancellable?: boolean
  /** In the words of the batch, whether there is such work: mostly `ifChanged`. */
  when: SQL
}
type BeginCtx = {
  db: Db
  now: string
  newId: () => string
  actor: Pick<Actor, 'type' | 'id' | 'workspaceId'>
  begun: Set<string>
}

/** The statement that begins a job, in the batch of the change that makes the work. It runs right after the answer. */
export function jobInsert(ctx: BeginCtx, { when, ...job }: NewJob) {
  const { db, now, newId, actor, begun } = ctx
  begun.add(actor.workspaceId)
  const values = {
    workspaceId: actor.workspaceId,
    ...job,
    id: job.id ?? newId(),
    dueAt: now,
    actorType: actor.type,
    actorId: actor.id,
    createdAt: now,
    updatedAt: now,
  }
  return insertFrom(db, jobs, values, sql`WHERE ${when}`)
}
