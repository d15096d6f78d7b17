// Every index is in the plan of a statement: what the API and the schedule send is traced, and its programs are read.
import { env } from 'cloudflare:workers'
import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { runJobs, SCHEDULE } from '../../src/schedule'
import { send, worker } from '../support/api'
import { databaseWith } from '../support/bindings'
import { rows } from '../support/database'
import { freshAddress, type Person, team } from '../support/factories'
import { call, exampleBody, type Operation, operations, queryOf } from '../support/operations'

/**
 * Asked for members whose quiet hours end, by imports that come again, by merges of customers with records, by the list of a
 * subject's jobs, by a workspace that gets another country, where many leads are due, by bulk changes that are undone or distribute,
 * and by a trigger when a person is erased: test/reminders/, imports/, customers/, jobs/, records/, bulk/ and webhooks/ do that.
 */
const ELSEWHERE = [
  'bulk_results_record',
  'customers_import_key',
  'customers_owner_remind',
  'customers_unread',
  'directory_reserved',
  'interactions_owner_remind',
  'interactions_home',
  'interactions_import',
  'jobs_subject',
  'leads_home',
  'leads_import_key',
  'leads_open_follow_up',
  'leads_owner_remind',
  'leads_unread',
  'relationships_imported',
  'tickets_home',
  'tickets_import',
  'webhook_deliveries_subject',
]

const Traced = z.object({ statement: z.string(), params: z.array(z.unknown()) })
/** Opcodes that look something up in an index; others only keep it. */
const LOOKUPS = /^(Seek(GE|GT|LE|LT|Rowid)|Rewind|Last|Found|NotFound|IdxG[ET]|IdxL[ET])$/

const id = '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e'
const VALUES: Record<string, string[]> = {
  q: ['needle', 'ab'],
  owner: ['me', 'none', id],
  author: ['me', id],
  assignee: ['me', 'none'],
  ...Object.fromEntries(['customer', 'lead', 'ticket', 'subject', 'user'].map((name) => [name, [id]])),
  tag: ['vip'],
  after: ['0'],
  types: ['lead.*'],
  actor: [id],
  total: ['true'],
  trashed: ['true'],
  done: ['true', 'false'],
  ...Object.fromEntries(
    [
      'createdAfter',
      'createdBefore',
      'followUpAfter',
      'followUpBefore',
      'touchBefore',
      'updatedAfter',
      'updatedSince',
    ].map((name) => [name, ['2026-04-01T01:00:00Z']]),
  ),
}

/** The queries that an operation is asked with: each parameter alone, and each order of each owner. */
function queriesOf(operation: Operation): Record<string, string>[] {
  const known = queryOf(operation).map(({ name, values }) => ({
    name,
    values: values.length ? values : (VALUES[name] ?? []),
  }))
  const alone = known.flatMap(({ name, values }) => values.map((value) => ({ [name]: value })))
  const sorts = alone.filter((query) => 'sort' in query || 'trashed' in query)
  const owners = alone.filter((query) => 'owner' in query)
  return [{}, ...alone, ...sorts.flatMap((sort) => owners.map((owner) => ({ ...sort, ...owner })))]
}

it('no index is kept that no statement asks', async () => {
  for (const method of ['log', 'warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => {})
  const traced = new Map<string, unknown[]>()
  const DB = databaseWith((send, statements) => {
    for (const each of statements) {
      const { statement, params } = Traced.parse(each)
      traced.set(statement, params)
    }
    return send(statements)
  })
  const settings = { DB, MAIL_TRANSPORT: 'log', WORKER_URL: 'https://crm.example.com', SMTP_FROM: 'crm@example.com' }
  const fetch = worker(settings)
  const { admin, manager, sales, customer: portal } = await team()
  const people: Person[] = [manager, sales, portal, admin]
  for (const operation of operations) {
    const queries = operation.method === 'GET' ? queriesOf(operation) : [{}]
    for (const by of people) {
      const json = exampleBody(operation)
      for (const query of queries) await call(operation, { token: by.token, json, query, fetch })
    }
  }
  await send(
    '/v1/leads',
    { token: 'ec_abcdefgh_x'.padEnd(60, 'x'), headers: { 'CF-Connecting-IP': freshAddress() } },
    fetch,
  )
  const scheduled = { ...env, ...settings, EVENTS_KEEP_DAYS: '30' }
  for (const jobs of Object.values(SCHEDULE)) await runJobs(jobs, scheduled, new Date().toISOString())
  const used = new Set<string>()
  const indexes = await rows<{ name: string; rootpage: number; sql: string | null }>(
    "SELECT name, rootpage, sql FROM sqlite_schema WHERE type = 'index'",
  )
  const nameAt = new Map(indexes.map(({ name, rootpage }) => [rootpage, name]))
  for (const [statement, params] of traced) {
    const program = await env.DB.prepare(`EXPLAIN ${statement}`)
      .bind(...params)
      .all<{ opcode: string; p1: number; p2: number }>()
    const open = new Map<number, string | undefined>()
    for (const { opcode, p1, p2 } of program.results) {
      const isOfIndex = ['OpenRead', 'OpenWrite', 'ReopenIdx'].includes(opcode)
      if (opcode.includes('Open') || isOfIndex) open.set(p1, isOfIndex ? nameAt.get(p2) : undefined)
      if (LOOKUPS.test(opcode)) used.add(open.get(p1) ?? '')
    }
  }
  // A unique index is asked whenever a row is written.
  const kept = indexes.filter(({ sql }) => sql !== null && !/^CREATE UNIQUE/.test(sql)).map(({ name }) => name)
  const unused = kept.filter((name) => !used.has(name))
  expect(traced.size).toBeGreaterThan(300)
  expect(unused.filter((name) => !ELSEWHERE.includes(name))).toEqual([])
}, 300_000)
