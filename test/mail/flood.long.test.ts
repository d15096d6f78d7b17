// Delivery of many mails against a real SMTP server: each is sent once, however many sweeps run at the same time.
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { founder, type Person, unique } from '../support/factories'
import { mailsTo, sweepAt } from '../support/mailbox'

const NOON = '2026-11-21T12:00:00.000Z'
const later = (ms: number, from = NOON) => new Date(Date.parse(from) + ms).toISOString()
const MINUTE = 60_000

let admin: Person
beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  admin = await founder()
  await env.DB.prepare('DELETE FROM outbox').run()
})

/** Mails in the queue, written past the API, one for each recipient. */
async function queue(recipients: string[], fields: Record<string, string> = {}) {
  const payload = JSON.stringify({
    title: 'A lead',
    name: 'Alice',
    email: 'a@example.com',
    by: 'Ada',
    link: 'x',
    ...fields,
  })
  const statement = env.DB.prepare(
    `INSERT INTO outbox (id, workspace_id, template, recipient, payload, next_attempt_at, give_up_at, created_at)
      VALUES (?, ?, 'leadAssigned', ?, ?, ?, ?, ?)`,
  )
  await env.DB.batch(
    recipients.map((to) =>
      statement.bind(crypto.randomUUID(), admin.workspaceId, to, payload, NOON, later(24 * 60 * MINUTE), NOON),
    ),
  )
}

describe('many at once', () => {
  it('send 250 queued mails once each, with four sweeping', async () => {
    const domain = `${unique('crowd')}.test`
    await queue(Array.from({ length: 250 }, (_, n) => `user${n}@${domain}`))
    const sweeper = async (): Promise<number> => {
      const { sent } = await sweepAt(NOON, { limit: 45 })
      return sent === 0 ? 0 : sent + (await sweeper())
    }
    const counts = await Promise.all([sweeper(), sweeper(), sweeper(), sweeper()])
    expect(counts.reduce((sum, count) => sum + count)).toBe(250)
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1)
    const mails = await mailsTo(domain)
    expect(mails).toHaveLength(250)
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(250)
    expect(new Set(mails.flatMap((mail) => mail.to)).size).toBe(250)
  })
})
