// What drizzle's statements give over D1: rows by the places of their columns, also where names are equal or rows missing.
import { env } from 'cloudflare:workers'
import { eq, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { runBatch } from '../../src/db/batch'
import { connect } from '../../src/db/client'
import { users, workspaces } from '../../src/db/schema'
import { founder } from '../support/factories'

const database = () => connect(env.DB, 'first-primary').db
const none = sql`${users.workspaceId} = ${workspaces.id} AND false`

describe('a row', () => {
  it('has the fields of a statement, nested as they are written, whatever decodes them', async () => {
    const admin = await founder()
    const [row] = await database()
      .select({ id: users.id, of: { role: users.role }, twice: sql<number>`2`.as('twice'), text: sql<string>`'a'` })
      .from(users)
      .where(eq(users.id, admin.id))
    expect(row).toEqual({ id: admin.id, of: { role: 'ADMIN' }, twice: 2, text: 'a' })
  })

  it('of a left join without its other side has null there, and single fields that are null', async () => {
    const { workspaceId } = await founder()
    const [row] = await database()
      .select({ home: { slug: workspaces.slug }, user: { role: users.role, status: users.status }, name: users.name })
      .from(workspaces)
      .leftJoin(users, none)
      .where(eq(workspaces.id, workspaceId))
    expect(row).toEqual({ home: { slug: expect.any(String) }, user: null, name: null })
  })

  it('is undefined for get() where there is none, and rows are a list', async () => {
    const nobody = database().select({ id: users.id }).from(users).where(eq(users.id, 'nobody'))
    expect(await nobody.get()).toBeUndefined()
    expect(await nobody.all()).toEqual([])
  })
})

describe('a batch', () => {
  it('gives a select its rows and a change its own result', async () => {
    const admin = await founder()
    const db = database()
    const where = eq(users.id, admin.id)
    const { found, changed } = await runBatch(db, {
      found: db.select({ id: users.id }).from(users).where(where),
      changed: db.update(users).set({ name: 'Grace' }).where(where).returning({ name: users.name }),
    })
    expect(found).toEqual([{ id: admin.id }])
    expect(changed).toEqual([{ name: 'Grace' }])
  })
})
