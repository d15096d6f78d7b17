// Imports of interactions, tickets, tags and relationships: what each finds, refuses, repeats and takes back.
import { describe, expect, it } from 'vitest'
import { send } from '../support/api'
import { made } from '../support/customers'
import { rows } from '../support/database'
import { founder, type Person, team } from '../support/factories'
import { figures, imported } from '../support/imports'

const of = (entity: string, more: Record<string, string> = {}) => ({ query: { entity, ...more } })
const told = (by: Person) =>
  rows(
    `SELECT i.type, i.body, i.occurred_at AS at, c.name AS customer, u.name AS author, k.number AS ticket FROM interactions i
      LEFT JOIN customers c ON c.id = i.customer_id LEFT JOIN users u ON u.id = i.created_by LEFT JOIN tickets k ON k.id = i.ticket_id
      WHERE i.workspace_id = ? ORDER BY i.seq`,
    by.workspaceId,
  )
const reverted = async (by: Person, id: string) =>
  (await send(`/v1/imports/${id}/revert`, { method: 'POST', token: by.token })).json()

describe('a file of interactions', () => {
  it('finds customers by id, external id and address, and members by name, once', async () => {
    const { admin, sales } = await team()
    const ann = await made(admin, { name: 'Ann', email: 'ann@example.com' })
    await made(admin, { name: 'Bob', externalId: 'B-7' })
    const file = [
      'type,body,customerId,customerExternalId,customerEmail,occurredAt,author',
      `Call,Asked for a price,${ann.id},,,2026-03-01T10:00:00Z,${sales.email}`,
      `Meeting,Met at the fair,,B-7,,2026-03-02,${admin.email}`,
      'Séance,Had soup,,,ann@example.com,2026-03-03T10:00:00Z,Nobody Known',
      'Note,Lost,,,stranger@example.com,,',
    ].join('\r\n')
    const dry = await imported(admin, file, of('interactions', { dryRun: 'true' }))
    expect(await told(admin)).toEqual([])
    const report = await imported(admin, file, of('interactions'))
    expect(figures(report)).toEqual(figures(dry))
    expect(figures(report)).toMatchObject({ received: 4, created: 3, failed: 1 })
    expect(report.errors).toMatchObject([{ line: 5, code: 'no_record' }])
    expect(report.warnings.map(({ code, value }) => [code, value])).toEqual([
      ['unknown_type', 'Séance'],
      ['author_unknown', 'Nobody Known'],
    ])
    const names = await rows<{ id: string; name: string }>(
      'SELECT id, name FROM users WHERE workspace_id = ?',
      admin.workspaceId,
    )
    const nameOf = (id: string) => names.find((each) => each.id === id)?.name
    expect(await told(admin)).toMatchObject([
      {
        type: 'CALL',
        body: 'Asked for a price',
        customer: 'Ann',
        author: nameOf(sales.id),
        at: '2026-03-01T10:00:00.000Z',
      },
      { type: 'MEETING', body: 'Met at the fair', customer: 'Bob', author: nameOf(admin.id) },
      { type: 'NOTE', body: '[Séance] Had soup', customer: 'Ann', author: null },
    ])
    expect(figures(await imported(admin, file, of('interactions')))).toMatchObject({ created: 0, unchanged: 3 })
    expect(await reverted(admin, report.id)).toMatchObject({ status: 'REVERTED', reverted: 3, kept: 0 })
    expect(await told(admin)).toEqual([])
  })

  it('finds leads, and changes what it knows by an id', async () => {
    const admin = await founder()
    await imported(admin, 'title,externalId,email\r\nOffer,L-1,lea@example.com\r\n', of('leads'))
    const file = (body: string) =>
      `id,body,leadExternalId,email\r\nX-1,${body},L-1,\r\nX-2,By address,,lea@example.com\r\n`
    expect(figures(await imported(admin, file('First'), of('interactions')))).toMatchObject({ created: 2 })
    expect(figures(await imported(admin, file('Second'), of('interactions')))).toMatchObject({
      updated: 1,
      unchanged: 1,
    })
    const found = await rows(
      'SELECT body, lead_id IS NOT NULL AS of FROM interactions WHERE workspace_id = ? ORDER BY seq',
      admin.workspaceId,
    )
    expect(found).toEqual([
      { body: 'Second', of: 1 },
      { body: 'By address', of: 1 },
    ])
  })
})

describe('a file of tickets', () => {
  it('brings numbers, states, assignees and tags, and comments find them', async () => {
    const { admin, sales } = await team()
    await made(admin, { name: 'Ann', email: 'ann@example.com' })
    const file = [
      'id,number,customerEmail,title,status,priority,assignee,tags,customFields.plan,resolvedAt',
      `T-1,41,ann@example.com,Broken,Solved,High,${sales.email},urgent;vip,gold,2026-03-01T10:00:00Z`,
      'T-2,43,ann@example.com,Slow,Pending,,Jo Nobody,,,',
      'T-3,7,ann@example.com,Old,Open,,,,,',
    ].join('\r\n')
    const report = await imported(admin, file, of('tickets'))
    expect(figures(report)).toMatchObject({ created: 3, failed: 0 })
    const found = await rows(
      `SELECT number, title, status, priority, assignee_id, custom_fields AS fields, resolved_at,
        (SELECT json_group_array(t.name) FROM ticket_tags x JOIN tags t ON t.id = x.tag_id WHERE x.ticket_id = tickets.id) AS tags
        FROM tickets WHERE workspace_id = ? ORDER BY seq`,
      admin.workspaceId,
    )
    expect(found).toMatchObject([
      {
        number: 41,
        status: 'RESOLVED',
        priority: 'HIGH',
        assignee_id: sales.id,
        tags: '["urgent","vip"]',
        resolved_at: '2026-03-01T10:00:00.000Z',
      },
      {
        number: 43,
        status: 'IN_PROGRESS',
        priority: 'NORMAL',
        assignee_id: null,
        fields: '{"status":"Pending","assignee":"Jo Nobody"}',
      },
      { number: 7, status: 'OPEN', resolved_at: null },
    ])
    const comments =
      'ticketId,ticketNumber,body,customerEmail\r\nT-1,,One,\r\n,43,Two,\r\n,99,Three,ann@example.com\r\n'
    const said = await imported(admin, comments, of('interactions'))
    expect(said.warnings).toMatchObject([{ code: 'ticket_unknown', value: '99' }])
    expect(await told(admin)).toMatchObject([
      { body: 'One', ticket: 41, customer: 'Ann' },
      { body: 'Two', ticket: 43, customer: 'Ann' },
      { body: 'Three', ticket: null, customer: 'Ann' },
    ])
    expect(figures(await imported(admin, file, of('tickets')))).toMatchObject({ created: 0, unchanged: 3 })
    expect(await reverted(admin, report.id)).toMatchObject({ reverted: 1, kept: 2 })
  })
})

describe('files of tags and relationships', () => {
  it('bring what is not there, by name and by pair', async () => {
    const admin = await founder()
    const ann = await made(admin, { name: 'Ann', email: 'ann@example.com' })
    await send(`/v1/customers/${ann.id}/tags/VIP`, { method: 'PUT', token: admin.token })
    await made(admin, { name: 'Bob', email: 'bob@example.com' })
    const tags = await imported(admin, 'name\r\nvip\r\nNew\r\n', of('tags'))
    expect(figures(tags)).toMatchObject({ created: 1, unchanged: 1 })
    const file = [
      'fromId,fromEmail,kind,toEmail',
      `${ann.id},,manager,bob@example.com`,
      ',bob@example.com,Friend,bob@example.com',
      ',bob@example.com,brother,nobody@example.com',
    ].join('\r\n')
    const pairs = await imported(admin, file, of('relationships'))
    expect(figures(pairs)).toMatchObject({ created: 1, failed: 2 })
    expect(pairs.errors.map(({ code }) => code)).toEqual(['same_record', 'no_record'])
    // The same said from the other side.
    const again = 'fromEmail,kind,toEmail\r\nbob@example.com,report,ann@example.com\r\n'
    expect(figures(await imported(admin, again, of('relationships')))).toMatchObject({ unchanged: 1 })
    expect(await reverted(admin, pairs.id)).toMatchObject({ reverted: 1, kept: 0 })
    expect(await reverted(admin, tags.id)).toMatchObject({ reverted: 1, kept: 0 })
    expect(await rows('SELECT 1 FROM customer_relationships WHERE workspace_id = ?', admin.workspaceId)).toEqual([])
    expect(await rows('SELECT name FROM tags WHERE workspace_id = ?', admin.workspaceId)).toEqual([{ name: 'VIP' }])
  })

  it('close no cycle, with each other and with what is there', async () => {
    const admin = await founder()
    for (const name of ['a', 'b', 'c', 'd']) await made(admin, { name, email: `${name}@example.com` })
    const pair = (from: string, to: string) => `${from}@example.com,manager,${to}@example.com`
    const file = ['fromEmail,kind,toEmail', pair('a', 'b'), pair('b', 'c'), pair('c', 'a'), pair('c', 'd')].join('\r\n')
    const report = await imported(admin, file, of('relationships'))
    expect(figures(report)).toMatchObject({ created: 1, failed: 3 })
    expect(new Set(report.errors.map(({ code }) => code))).toEqual(new Set(['relationship_cycle']))
    const back = ['fromEmail,kind,toEmail', pair('d', 'c'), pair('d', 'a')].join('\r\n')
    // The pair itself may turn round; then nothing closes a cycle.
    expect(figures(await imported(admin, back, of('relationships')))).toMatchObject({ updated: 1, created: 1 })
    const closing = ['fromEmail,kind,toEmail', pair('a', 'd')].join('\r\n')
    expect(figures(await imported(admin, closing, of('relationships')))).toMatchObject({ updated: 1 })
  })
})
