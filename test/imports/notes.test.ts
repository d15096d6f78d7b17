// Notes in files of people: they come to the timeline of the record, once, and go with a revert or an erasure.
import { describe, expect, it } from 'vitest'
import { send } from '../support/api'
import { rows } from '../support/database'
import { founder, type Person } from '../support/factories'
import { figures, imported } from '../support/imports'

type Note = { type: string; body: string; created_by: string | null; customer: string }

const notesOf = ({ workspaceId }: Person) =>
  rows<Note>(
    `SELECT i.type, i.body, i.created_by, coalesce(c.name, l.title) AS customer FROM interactions i
      LEFT JOIN customers c ON c.id = i.customer_id LEFT JOIN leads l ON l.id = i.lead_id
      WHERE i.workspace_id = ? ORDER BY i.seq`,
    workspaceId,
  )

const FILE = [
  'Name,E-mail,Notes,Last call,Meeting notes',
  'Ann,ann@example.com,Likes tea,Asked for a price in May,Met at the fair in Kiel',
  'Bob,bob@example.com,"Two lines,\nboth kept",2026-11-30,',
].join('\r\n')

describe('notes of a file', () => {
  it('become notes, calls and meetings on the timeline, by the author of the import, and never twice', async () => {
    const admin = await founder()
    const report = await imported(admin, FILE)
    expect(report.columns.map(({ field, unused }) => [field, unused])).toEqual([
      ['name', 0],
      ['email', 0],
      ['note', 0],
      ['call', 0],
      ['meeting', 0],
    ])
    const notes = [
      { type: 'NOTE', body: 'Likes tea', created_by: admin.id, customer: 'Ann' },
      { type: 'CALL', body: 'Asked for a price in May', created_by: admin.id, customer: 'Ann' },
      { type: 'MEETING', body: 'Met at the fair in Kiel', created_by: admin.id, customer: 'Ann' },
      { type: 'NOTE', body: 'Two lines,\nboth kept', created_by: admin.id, customer: 'Bob' },
    ]
    expect(await notesOf(admin)).toEqual(notes)
    expect(
      await rows('SELECT custom_fields FROM customers WHERE workspace_id = ? ORDER BY name', admin.workspaceId),
    ).toEqual([{ custom_fields: null }, { custom_fields: '{"Last call":"2026-11-30"}' }])
    expect(figures(await imported(admin, FILE))).toMatchObject({ created: 0, updated: 0, unchanged: 2 })
    expect(await notesOf(admin)).toEqual(notes)
  })

  it('are told by a dry run, come to records that are there, and a revert takes them away', async () => {
    const admin = await founder()
    await imported(admin, 'Name,E-mail\r\nAnn,ann@example.com\r\n')
    const more = 'E-mail,Note\r\nann@example.com,Likes tea\r\nbob@example.com,Likes milk\r\n'
    const told = await imported(admin, more, { query: { dryRun: 'true' } })
    expect(figures(told)).toMatchObject({ created: 1, updated: 1 })
    expect(await notesOf(admin)).toEqual([])
    const report = await imported(admin, more)
    expect(figures(report)).toEqual(figures(told))
    expect((await notesOf(admin)).map(({ body }) => body).sort()).toEqual(['Likes milk', 'Likes tea'])
    const answer = await send(`/v1/imports/${report.id}/revert`, { method: 'POST', token: admin.token })
    expect(await answer.json()).toMatchObject({ status: 'REVERTED', reverted: 1, kept: 0 })
    // The note of Bob lies in the trash with Bob.
    expect((await notesOf(admin)).map(({ body }) => body)).toEqual(['Likes milk'])
    const verbs = await rows<{ verb: string }>(
      "SELECT verb FROM events WHERE workspace_id = ? AND subject_type = 'interaction' ORDER BY seq",
      admin.workspaceId,
    )
    expect(verbs.map(({ verb }) => verb)).toEqual(['interaction.created', 'interaction.created', 'interaction.deleted'])
  })

  it('stay where somebody has changed them since, and keep their record from the revert', async () => {
    const admin = await founder()
    const report = await imported(admin, 'Name,E-mail,Note\r\nAnn,ann@example.com,Likes tea\r\n')
    await rows('UPDATE interactions SET version = 2 WHERE workspace_id = ?', admin.workspaceId)
    const answer = await send(`/v1/imports/${report.id}/revert`, { method: 'POST', token: admin.token })
    expect(await answer.json()).toMatchObject({ reverted: 0, kept: 1 })
    expect(await notesOf(admin)).toHaveLength(1)
  })

  it('are split where one is longer than an interaction may be, and nothing of it is lost', async () => {
    const admin = await founder()
    const long = Array.from({ length: 2_400 }, (_, i) => `word${i}`).join(' ')
    await imported(admin, `Name,Note\r\nAnn,${long}\r\n`)
    const bodies = (await notesOf(admin)).map(({ body }) => body)
    expect(bodies.map((body) => body.length)).toEqual([10_000, 10_000, long.length - 20_000])
    expect(bodies.join('')).toBe(long)
  })

  it('of leads come behind the description, and of vCards by their NOTE', async () => {
    const admin = await founder()
    await imported(admin, 'Title,Description,Notes\r\nOffer,What it is,What was said\r\n', {
      query: { entity: 'leads' },
    })
    expect(await notesOf(admin)).toMatchObject([{ body: 'What was said', customer: 'Offer' }])
    const card = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nNOTE:Likes tea\r\nEND:VCARD\r\n'
    await imported(admin, card, { type: 'text/vcard' })
    expect(await notesOf(admin)).toMatchObject([{ body: 'What was said' }, { body: 'Likes tea', customer: 'Ann' }])
  })

  it('are gone with the person who is erased', async () => {
    const admin = await founder()
    await imported(admin, 'Name,E-mail,Note\r\nAnn,ann@example.com,Knows Xaverine\r\n')
    const [customer] = await rows<{ id: string }>('SELECT id FROM customers WHERE workspace_id = ?', admin.workspaceId)
    await send(`/v1/customers/${customer?.id}/erase`, { method: 'POST', token: admin.token })
    expect(await rows('SELECT body, import_key FROM interactions WHERE workspace_id = ?', admin.workspaceId)).toEqual([
      { body: 'Erased', import_key: null },
    ])
  })
})
