// Another type for a custom field: what becomes of its values, as a report, and as a job; and the job that takes in the values of
// a field that has become unique.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { fieldKeys, fields, jobs } from '../db/schema'
import { FIELD_ENTITIES, FIELD_TYPES } from '../db/schema/fields'
import { columnIn, ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { jobInsert, jobKind } from '../jobs/jobs.kind'
import { nextVersion, versionStamp } from '../records/version'
import { clearingJob, hasValues, KeyingInput, piecesOf, RECORDS } from './fields.index'
import { type FieldType, getField } from './fields.service'

type Retyping = { type: FieldType; options?: string[] }

/** How many records a report looks at, and how many a piece of a job takes. */
const LOOKED = 1_000
const EXAMPLES = 10

/**
 * Gives a field another type and begins the job that converts its values; with `dryRun` it only reports. A value that cannot be
 * converted stays. Two round trips: the key is read first. Throws `not_found`.
 */
export async function retypeField(ctx: Ctx, id: string, { type, options }: Retyping, dryRun: boolean) {
  const { db, actor, now } = ctx
  const isIt = and(eq(fields.id, id), eq(fields.workspaceId, actor.workspaceId))
  const keeps = type !== 'boolean' && type !== 'multiselect'
  const looked = sql`(SELECT * FROM (${values(sql`${id}`, actor.workspaceId)}) LIMIT ${LOOKED})`
  const kinds = kindOf(type, sql`${JSON.stringify(options ?? [])}`)
  const { field, report, job } = await runBatch(db, {
    report: one(
      db
        .select({
          looked: sql<number>`count(*)`.as('looked'),
          fitting: sql<number>`coalesce(sum(kind = 'fits'), 0)`.as('fitting'),
          converted: sql<number>`coalesce(sum(kind = 'converts'), 0)`.as('converted'),
          examples: sql<string>`(SELECT json_group_array(json_object('id', id, 'value', value)) FROM
            (SELECT id, value, ${kinds} AS kind FROM ${looked} AS found) WHERE kind = 'stays' LIMIT ${EXAMPLES})`.as(
            'examples',
          ),
        })
        .from(sql`(SELECT id, value, ${kinds} AS kind FROM ${looked} AS found)`),
    ),
    event: dryRun
      ? undefined
      : eventInsert(ctx, {
          verb: 'field.retyped',
          subject: 'field',
          id,
          changes: sql`json_object('type', json_array(${fields.type}, ${type}))`,
          from: sql`${fields}`,
          isOne: true,
          when: sql`${isIt}`,
        }),
    retyped: dryRun
      ? undefined
      : db
          .update(fields)
          .set({
            type,
            options: options ?? null,
            isUnique: keeps ? sql`${fields.isUnique}` : false,
            isIndexed: false,
            indexedAt: null,
            ...versionStamp(fields, now),
          })
          .where(isIt),
    job: dryRun
      ? undefined
      : one(
          jobInsert(ctx, {
            kind: 'field-retype',
            input: { fieldId: id, type, options: options ?? [] },
            subjectId: id,
            when: ifChanged,
          }).returning({
            id: jobs.id,
          }),
        ),
    clearing: dryRun ? undefined : clearingJob(ctx, id, hasValues(id)),
    field: one(db.select({ id: fields.id }).from(fields).where(isIt)),
  })
  if (!field || !report) throw new AppError('not_found')
  return {
    field: await getField(ctx, id),
    looked: report.looked,
    fitting: report.fitting,
    converted: report.converted,
    kept: report.looked - report.fitting - report.converted,
    examples: JSON.parse(report.examples),
    jobId: job?.id ?? null,
  }
}

// The values of a field: SELECT of id, value, and its JSON type, from the records of its entity.
function values(fieldId: SQL, workspaceId: string): SQL {
  const ofEntity = FIELD_ENTITIES.map((entity) => {
    const record = RECORDS[entity]
    return sql`SELECT r.id, g.value, g.type FROM ${fields} AS f CROSS JOIN ${record} AS r CROSS JOIN json_each(r.custom_fields) AS g
      WHERE f.id = ${fieldId} AND f.workspace_id = ${workspaceId} AND f.entity = ${entity} AND ${columnIn('r', record.workspaceId)} = ${workspaceId}
        AND r.deleted_at IS NULL AND g.key = f.key AND g.type <> 'null'`
  })
  return sql.join(ofEntity, sql` UNION ALL `)
}

const isText = sql`type = 'text'`
const asDay = sql`substr(value, 1, 10)`
const asInstant = sql`strftime('%Y-%m-%dT%H:%M:%fZ', value)`

/** SQL over `value`, its JSON `type` and a JSON list of options: the JSON that the value becomes; null where it cannot. */
function converted(type: FieldType, options: SQL): SQL {
  const isOption = (value: SQL) => sql`${value} IN (SELECT o.value FROM json_each(${options}) AS o)`
  const conversions: Record<FieldType, SQL> = {
    text: sql`CASE WHEN type IN ('text', 'integer', 'real') THEN json_quote(CAST(value AS TEXT)) WHEN type IN ('true', 'false')
      THEN json_quote(type) WHEN type = 'array' THEN json_quote((SELECT group_concat(e.value, ', ') FROM json_each(value) AS e)) END`,
    number: sql`CASE WHEN type IN ('integer', 'real') THEN json_quote(value) WHEN ${isText} AND json_valid(trim(value))
      AND json_type(trim(value)) IN ('integer', 'real') THEN json(trim(value)) END`,
    boolean: sql`CASE WHEN type IN ('true', 'false') THEN type WHEN type IN ('text', 'integer') THEN
      CASE lower(trim(value)) WHEN 'true' THEN 'true' WHEN 'yes' THEN 'true' WHEN '1' THEN 'true'
        WHEN 'false' THEN 'false' WHEN 'no' THEN 'false' WHEN '0' THEN 'false' END END`,
    date: sql`CASE WHEN ${isText} AND date(${asDay}) = ${asDay} THEN json_quote(${asDay}) END`,
    instant: sql`CASE WHEN ${isText} AND date(${asDay}) = ${asDay} AND ${asInstant} IS NOT NULL THEN json_quote(${asInstant}) END`,
    select: sql`CASE WHEN type IN ('text', 'integer', 'real') AND ${isOption(sql`CAST(value AS TEXT)`)} THEN json_quote(CAST(value AS TEXT)) END`,
    multiselect: sql`CASE WHEN type = 'array' AND NOT EXISTS (SELECT 1 FROM json_each(iif(type = 'array', value, '[]')) AS e
      WHERE NOT ${isOption(sql`e.value`)}) THEN value
      WHEN type IN ('text', 'integer', 'real') AND ${isOption(sql`CAST(value AS TEXT)`)} THEN json_array(CAST(value AS TEXT)) END`,
    url: sql`CASE WHEN ${isText} AND (substr(lower(value), 1, 8) = 'https://' OR substr(lower(value), 1, 7) = 'http://') THEN json_quote(value) END`,
    user: sql`CASE WHEN ${isText} AND EXISTS (SELECT 1 FROM users AS u WHERE u.id = value AND u.status = 'ACTIVE') THEN json_quote(value) END`,
  }
  return conversions[type]
}

/** SQL over a row of `values`: whether the value fits, converts or stays. */
function kindOf(type: FieldType, options: SQL): SQL {
  const becomes = converted(type, options)
  const before = sql`CASE WHEN type IN ('true', 'false') THEN type WHEN type = 'array' OR type = 'object' THEN value ELSE json_quote(value) END`
  return sql`CASE WHEN ${becomes} IS NULL THEN 'stays' WHEN ${becomes} = ${before} THEN 'fits' ELSE 'converts' END`
}

const RetypeInput = z.object({ fieldId: z.string(), type: z.enum(FIELD_TYPES), options: z.array(z.string()) })

/** Converts the values of a field, record by record in the order of arrival. */
export const FIELD_RETYPE = jobKind({
  input: RetypeInput,
  steps: (ctx, { fieldId, type, options }) =>
    FIELD_ENTITIES.map((entity) => {
      const record = RECORDS[entity]
      const field = sql`(SELECT f.key FROM ${fields} AS f WHERE f.id = ${fieldId} AND f.type = ${type})`
      const becomes = sql`(SELECT ${converted(type, sql`${JSON.stringify(options)}`)} FROM json_each(${record.customFields}) AS g WHERE g.key = ${field})`
      return {
        ...piecesOf(ctx, entity, fieldId),
        statements: (picked: SQL) => [
          ctx.db
            .update(record)
            .set({
              customFields: sql`json_set(${record.customFields}, '$."' || ${field} || '"', json(${becomes}))`,
              version: nextVersion(record),
            })
            .where(sql`${record.seq} IN (${picked}) AND ${becomes} IS NOT NULL`),
        ],
      }
    }),
})

/** Takes in the values of a field that has become unique; of equal ones the first. */
export const FIELD_KEYS = jobKind({
  input: KeyingInput,
  steps: (ctx, { fieldId }) =>
    FIELD_ENTITIES.map((entity) => ({
      ...piecesOf(ctx, entity, fieldId),
      statements: (picked: SQL) => [
        insertFrom(
          ctx.db,
          fieldKeys,
          { fieldId: sql`f.id`, value: sql`lower(trim(g.value))`, recordId: sql`r.id` },
          sql`FROM ${RECORDS[entity]} AS r CROSS JOIN ${fields} AS f ON f.id = ${fieldId} AND f.is_unique
            CROSS JOIN json_each(r.custom_fields) AS g ON g.key = f.key
            WHERE r.seq IN (${picked}) AND g.type IN ('text', 'integer', 'real') AND trim(g.value) <> ''`,
        ).onConflictDoNothing(),
      ],
    })),
})
