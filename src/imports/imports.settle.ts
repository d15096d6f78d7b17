// Settles a row once its record is known: what it cannot have as it says becomes a custom field, and of its further addresses
// and numbers those are added that are new, and nobody else's.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Ctx } from '../context'
import { customerAddresses, customers, importKeys } from '../db/schema'
import { MAX_FURTHER } from './imports.contacts'
import { ENTITIES, type Job } from './imports.job'
import { cell } from './imports.statements'

const t = alias(customers, 't')
const main = alias(customers, 'main')
const keys = alias(importKeys, 'keys')

/** The row of `located` with its record as `t`. Files without such columns pay nothing for it. */
export function settledRow(ctx: Ctx, job: Job): SQL {
  const has = (field: string) => job.columns.some((column) => column.field === field)
  const contacts = ENTITIES[job.entity].hasContacts ? [keptMain(), addedEmails(ctx, job), addedPhones()] : []
  const patches = [
    ...(has('owner') ? [unknownOwner(job)] : []),
    ...(has('externalId') || has('id') ? [foreignId(ctx, job)] : []),
    ...contacts,
  ]
  return patches.reduce(
    (row, { when, patch }) => sql`jsonb_patch(${row}, CASE WHEN ${when} THEN ${patch} ELSE '{}' END)`,
    sql`row`,
  )
}

type Patch = { when: SQL; patch: SQL }

const columnOf = ({ columns }: Job, field: string) => columns.find((column) => column.field === field)?.column ?? field

// Kept as a custom field, unless defined ones alone are taken.
const kept = (extras: string, column: string, value: SQL) =>
  sql`CASE WHEN (SELECT is_strict FROM rules) THEN '{}' ELSE jsonb_object(${extras}, json_object(${column}, ${value})) END`

// An owner who is nobody here is kept by the name of the column.
function unknownOwner(job: Job): Patch {
  const { extras } = ENTITIES[job.entity]
  const owner = cell('owner')
  return {
    when: sql`${owner} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM owners WHERE owners.owner = ${owner} AND owners.id IS NOT NULL)`,
    patch: sql`jsonb_patch(jsonb_object('owner', NULL, 'unknownOwner', ${owner}), ${kept(extras, columnOf(job, 'owner'), owner)})`,
  }
}

// What another system calls the record: unless it is ours, or another record has it.
function foreignId({ actor }: Ctx, job: Job): Patch {
  const { table, extras } = ENTITIES[job.entity]
  const [r, other] = [alias(table, 't'), alias(table, 'other')]
  const given = job.keepsIds ? cell('externalId') : sql`coalesce(${cell('externalId')}, ${cell('id')})`
  const isHeld = sql`(nth_of_external > 1 OR EXISTS (SELECT 1 FROM ${table} AS other WHERE ${other.workspaceId} = ${actor.workspaceId}
      AND ${other.externalId} = ${given} AND ${other.deletedAt} IS NULL AND ${other.id} IS NOT record)${
        job.chunks === 1
          ? sql``
          : sql` OR EXISTS (SELECT 1 FROM ${importKeys} AS keys WHERE ${keys.importId} = ${job.id}
      AND ${keys.key} = 'external:' || ${given} AND ${keys.recordId} IS NOT record)`
      })`
  const isOfRecord = sql`EXISTS (SELECT 1 FROM ${table} AS other WHERE ${other.id} = ${cell('id')} AND ${other.workspaceId} = ${actor.workspaceId})`
  const isOurs = sql`(${cell('externalId')} IS NULL AND (${r.externalId} IS NOT NULL OR ${isOfRecord}))`
  const column = columnOf(job, job.columns.some(({ field }) => field === 'externalId') ? 'externalId' : 'id')
  return {
    when: sql`${given} IS NOT NULL AND NOT ${isOurs} AND ${given} IS NOT ${r.externalId}`,
    patch: sql`iif(${isHeld}, jsonb_patch(jsonb_object('externalId', NULL, 'takenId', ${given}), ${kept(extras, column, given)}),
      jsonb_object('externalId', ${given}))`,
  }
}

// The main address of a record stays that, if the row names another of its addresses.
function keptMain(): Patch {
  return {
    when: sql`${t.otherEmails} IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(${t.otherEmails}) AS own WHERE own.value ->> 'email' = ${cell('email')})`,
    patch: sql`jsonb_object('email', ${t.email}, 'foldedEmail', ${t.foldedEmail}, 'emailLabel', NULL)`,
  }
}

function addedEmails({ actor }: Ctx, job: Job): Patch {
  const email = sql`given.value ->> 'email'`
  const isOwn = sql`(${email} IS ${t.email} OR ${email} IS ${cell('email')}
    OR EXISTS (SELECT 1 FROM json_each(${t.otherEmails}) AS own WHERE own.value ->> 'email' = ${email}))`
  const isOthers = sql`(EXISTS (SELECT 1 FROM ${customers} AS main WHERE ${main.workspaceId} = ${actor.workspaceId}
      AND ${main.email} = ${email} AND ${main.deletedAt} IS NULL AND ${main.id} IS NOT record)
    OR EXISTS (SELECT 1 FROM ${customerAddresses} AS held WHERE held.workspace_id = ${actor.workspaceId}
      AND held.email = ${email} AND held.customer_id IS NOT record)${
        job.chunks === 1
          ? sql``
          : sql` OR EXISTS (SELECT 1 FROM ${importKeys} AS keys WHERE ${keys.importId} = ${job.id}
      AND ${keys.key} = 'email:' || (${email}) AND ${keys.recordId} IS NOT record)`
      })`
  const room = sql`max(0, ${sql.raw(String(MAX_FURTHER))} - coalesce(json_array_length(${t.otherEmails}), 0))`
  const listOf = (where: SQL, most: SQL) => sql`(SELECT nullif(json_group_array(json(value)), '[]')
    FROM (SELECT given.value AS value, row_number() OVER (ORDER BY given.key) AS nth
      FROM json_each(row -> '$.furtherEmails') AS given WHERE ${where}) WHERE nth <= ${most})`
  return {
    when: sql`row -> 'furtherEmails' IS NOT NULL`,
    patch: sql`jsonb_object('addedEmails', json(${listOf(sql`NOT ${isOwn} AND NOT ${isOthers}`, room)}),
      'leftEmails', json(${listOf(sql`NOT ${isOwn} AND ${isOthers}`, sql`20`)}))`,
  }
}

function addedPhones(): Patch {
  const known = (value: SQL) => sql`coalesce(${value} ->> 'phoneE164', ${value} ->> 'phone')`
  const given = known(sql`given.value`)
  const isOwn = sql`(${given} IN (${t.phoneE164}, ${t.phone}, ${cell('phoneE164')}, ${cell('phone')})
    OR EXISTS (SELECT 1 FROM json_each(${t.otherPhones}) AS own WHERE ${known(sql`own.value`)} = ${given}))`
  const room = sql`max(0, ${sql.raw(String(MAX_FURTHER))} - coalesce(json_array_length(${t.otherPhones}), 0))`
  return {
    when: sql`row -> 'furtherPhones' IS NOT NULL`,
    patch: sql`jsonb_object('addedPhones', json((SELECT nullif(json_group_array(json(value)), '[]')
      FROM (SELECT given.value AS value, row_number() OVER (ORDER BY given.key) AS nth
        FROM json_each(row -> '$.furtherPhones') AS given WHERE coalesce(NOT ${isOwn}, true)) WHERE nth <= ${room})))`,
  }
}
