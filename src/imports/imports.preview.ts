// What an import of a file would do, from its first rows: nothing is written.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { z } from 'zod'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { readFieldRules } from './imports.fields'
import { openFile } from './imports.file'
import { ENTITIES, type Entity, PERMISSION, traitsOf, usualMatch } from './imports.job'
import { isKind } from './imports.kinds'
import { existingKinds } from './imports.kinds.existing'
import { lookAt } from './imports.look'
import type { ImportPreview } from './imports.preview.schemas'
import type { PreparedRow } from './imports.rows'
import type { ImportOptions, Upload } from './imports.service'
import { preparerOf } from './imports.stager'

export type Preview = z.infer<typeof ImportPreview>

/** Reads the first 500 rows. Throws the errors of `openFile`, and `invalid` for columns that are not there. */
export async function previewImport(ctx: Ctx, options: ImportOptions, { body, contentType }: Upload): Promise<Preview> {
  const { entity, match = usualMatch(entity), mapping = {}, unknown } = options
  const { actor } = ctx
  const { system, encoding, sheet, values } = options
  const defined = await readFieldRules(ctx, entity)
  const rules = { entity, mapping, unknown, system, encoding, sheet, values, defined }
  const file = await openFile(body, contentType, rules)
  const { rows, looked, isWhole, samples, problems } = await lookAt(
    file,
    preparerOf(actor, options, match, file, defined),
  )
  const columns = file.plan.columns.map((column, i) => ({ ...column, samples: samples[i] ?? [] }))
  const extras = `${traitsOf(entity).extras}.`
  return {
    ...file.about(),
    rows: looked,
    isWhole,
    valid: rows.length,
    columns,
    unknown: columns.filter(({ field }) => field?.startsWith(extras)).map(({ column }) => column),
    problems,
    duplicates: {
      inFile: rows.length - new Set(rows.map(({ key }) => key)).size,
      existing: isKind(entity) ? await existingKinds(ctx, entity, rows) : await existing(ctx, entity, match, rows),
    },
    mapping: Object.fromEntries(
      columns
        .filter(({ column }) => !column.startsWith('= '))
        .map(({ column, field }) => [column.trim(), mappedField(field)]),
    ),
  }
}

// Kinds of addresses and numbers are told by the columns themselves.
const mappedField = (field: string | null) => (field?.endsWith('.label') ? null : field)

// How many of the rows stand for a record that is there.
async function existing({ db, actor }: Ctx, entity: Entity, match: string, rows: PreparedRow[]): Promise<number> {
  const { table, hasContacts } = ENTITIES[entity]
  const t = alias(table, 't')
  const given = (key: string): SQL => sql.raw(`given.value ->> '${key}'`)
  const has = (condition: SQL) =>
    sql`EXISTS (SELECT 1 FROM ${table} AS t WHERE ${visible(actor, PERMISSION, t)} AND ${condition})`
  const isKnown = [
    has(sql`${t.id} = ${given('id')}`),
    has(sql`${t.externalId} = coalesce(${given('externalId')}, ${given('id')})`),
    ...(match === 'phone' && hasContacts ? [has(sql`${t.phoneE164} = ${given('phoneE164')}`)] : []),
    ...(match === 'email' && hasContacts ? [has(sql`${t.email} = ${given('email')}`)] : []),
  ]
  const keys = rows.map(({ id, externalId, email, phoneE164 }) => ({ id, externalId, email, phoneE164 }))
  const { found } = await runBatch(db, {
    found: one(
      db
        .select({
          count:
            sql<number>`(SELECT count(*) FROM json_each(${JSON.stringify(keys)}) AS given WHERE ${sql.join(isKnown, sql` OR `)})`.as(
              'count',
            ),
        })
        .from(sql`(SELECT 1)`),
    ),
  })
  return found?.count ?? 0
}
