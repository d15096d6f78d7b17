// Delivery against a real SMTP server: what is sent once, what is tried again, what is given up, and when.
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { connect } from '../../src/db/client'
import { LEASE_MS, sendDue } from '../../src/mail/mail.delivery'
import { founder, type Person, unique } from '../support/factories'
import { mailConfig, mailsTo, mailTo, queuedTo, sweepAt } from '../support/mailbox'

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

const someone = (domain: string) => `${unique('grace')}@${domain}`
const rowOf = async (to: string) => {
  const [row] = await queuedTo(to)
  if (!row) throw new Error('not queued')
  return row
}

describe('a mail', () => {
  it('arrives once, is marked sent, and keeps no payload', async () => {
    const to = someone('example.com')
    await queue([to], { title: 'React course' })
    expect(await sweepAt(NOON)).toEqual({ sent: 1, failed: 0, waiting: 0 })
    const mail = await mailTo(to)
    const row = await rowOf(to)
    expect(mail.subject).toContain('A lead for you: React course')
    expect(mail.to).toEqual([to])
    expect(mail.messageId).toBe(`<${row.id}@mail.test>`)
    expect(mail.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(row).toMatchObject({ state: 'SENT', attempts: 1, payload: '{}', last_error: null })
    expect(await sweepAt(later(MINUTE))).toEqual({ sent: 0, failed: 0, waiting: 0 })
  })

  it('is signed in for where the server wants a user', async () => {
    const { guarded, user, pass } = inject('smtp')
    const to = someone('example.com')
    await queue([to])
    const settings = { SMTP_PORT: String(guarded), SMTP_USER: user, SMTP_PASS: pass }
    expect(await sweepAt(NOON, settings)).toMatchObject({ sent: 1 })
    expect(await mailsTo(to)).toHaveLength(1)
  })

  it('waits, and does not fail, while the password of the server is wrong', async () => {
    const { guarded, user } = inject('smtp')
    const to = someone('example.com')
    await queue([to])
    const settings = { SMTP_PORT: String(guarded), SMTP_USER: user, SMTP_PASS: 'wrong' }
    expect(await sweepAt(NOON, settings)).toMatchObject({ sent: 0, failed: 0, waiting: 1 })
    expect(await rowOf(to)).toMatchObject({ state: 'QUEUED', last_error: '535 5.7.8 Wrong credentials' })
  })

  it('that is refused for good fails at once, with the server’s reason', async () => {
    const [nobody, spam] = [someone('refused.test'), someone('spam.test')]
    await queue([nobody, spam])
    expect(await sweepAt(NOON)).toEqual({ sent: 0, failed: 2, waiting: 0 })
    expect(await rowOf(nobody)).toMatchObject({
      state: 'FAILED',
      attempts: 1,
      last_error: '550 5.1.1 No such user here',
    })
    expect(await rowOf(spam)).toMatchObject({ state: 'FAILED', last_error: '554 5.7.1 Looks like spam' })
    expect(await sweepAt(later(60 * MINUTE))).toEqual({ sent: 0, failed: 0, waiting: 0 })
  })

  it('that is greylisted is tried again after about a minute, and then arrives once', async () => {
    const to = someone('greylist.test')
    await queue([to])
    expect(await sweepAt(NOON)).toEqual({ sent: 0, failed: 0, waiting: 1 })
    const row = await rowOf(to)
    expect(row).toMatchObject({ state: 'QUEUED', attempts: 1, last_error: '451 4.7.1 Greylisted, try again' })
    expect(row.next_attempt_at >= later(0.75 * MINUTE)).toBe(true)
    expect(row.next_attempt_at <= later(1.3 * MINUTE)).toBe(true)
    expect(await sweepAt(later(0.5 * MINUTE))).toEqual({ sent: 0, failed: 0, waiting: 0 })
    expect(await sweepAt(later(2 * MINUTE))).toEqual({ sent: 1, failed: 0, waiting: 0 })
    expect(await mailsTo(to)).toHaveLength(1)
  })

  it('that meets a server which hangs up after its greeting is tried again', async () => {
    const to = someone('example.com')
    await queue([to])
    const settings = { SMTP_PORT: String(inject('smtp').rude) }
    expect(await sweepAt(NOON, settings)).toEqual({ sent: 0, failed: 0, waiting: 1 })
    expect(await rowOf(to)).toMatchObject({
      state: 'QUEUED',
      attempts: 1,
      last_error: expect.stringMatching(/connection/i),
    })
    expect(await sweepAt(later(2 * MINUTE))).toMatchObject({ sent: 1 })
    expect(await mailsTo(to)).toHaveLength(1)
  })

  it('waits ever longer, and has failed after a day, with the last reason', async () => {
    const to = someone('example.com')
    await queue([to])
    const settings = { SMTP_PORT: String(inject('smtp').rude) }
    const waits: number[] = []
    let now = NOON
    for (let round = 0; round < 30; round += 1) {
      await sweepAt(now, settings)
      const row = await rowOf(to)
      if (row.state === 'FAILED') break
      waits.push(Math.round((Date.parse(row.next_attempt_at) - Date.parse(now)) / MINUTE))
      now = row.next_attempt_at
    }
    const row = await rowOf(to)
    expect(row).toMatchObject({ state: 'FAILED', last_error: expect.stringMatching(/connection/i) })
    expect(now).toBe(later(24 * 60 * MINUTE))
    expect(row.attempts).toBeGreaterThan(8)
    expect(row.attempts).toBeLessThan(14)
    for (const [n, wait] of waits.slice(0, 8).entries()) {
      expect(wait).toBeGreaterThanOrEqual(Math.floor(0.75 * 2 ** n))
      expect(wait).toBeLessThanOrEqual(Math.ceil(1.25 * 2 ** n) + 1)
    }
  })
})

describe('a server that is down', () => {
  it('is asked three times a run; when it is back, everything is sent once', async () => {
    const settings = { SMTP_PORT: String(inject('smtp').sleeping) }
    const everybody = Array.from({ length: 12 }, () => someone('down.test'))
    await queue(everybody)
    expect(await sweepAt(NOON, settings)).toEqual({ sent: 0, failed: 0, waiting: 12 })
    const tried = await env.DB.prepare('SELECT count(*) AS n FROM outbox WHERE attempts = 1').first('n')
    expect(tried).toBe(3)
    await fetch(`http://127.0.0.1:${inject('smtp').door}/wake`)
    const back = await sweepAt(later(5 * MINUTE), settings)
    expect(back).toEqual({ sent: 12, failed: 0, waiting: 0 })
    expect(await mailsTo('@down.test')).toHaveLength(12)
  })
})

describe('what people write', () => {
  it('adds no header and no recipient, whatever line breaks stand in it', async () => {
    const to = someone('example.com')
    const title = 'Hello\r\nBcc: evil@example.com\r\n\r\nA body of my own'
    await queue([to], { title, by: 'Eve\nX-Evil: 1', name: 'A\r\n.\r\nRCPT TO:<evil@example.com>' })
    expect(await sweepAt(NOON)).toMatchObject({ sent: 1 })
    const mail = await mailTo(to)
    expect(mail.to).toEqual([to])
    expect(mail.subject).toContain('Hello Bcc: evil@example com A body of my own')
    const head = mail.raw.split('\r\n\r\n', 1)[0] ?? ''
    expect(head).not.toMatch(/^(Bcc|X-Evil):/im)
    expect(await mailsTo('evil@example.com')).toHaveLength(0)
  })

  it('arrives with its umlauts and emoji, in the subject, the text and the HTML', async () => {
    const to = someone('example.com')
    await queue([to], { title: 'Grüße aus Köln 🚀 – 日本語', by: 'Jürgen Müßig 👩🏽‍💻' })
    await sweepAt(NOON)
    const mail = await mailTo(to)
    expect(mail.subject).toContain('Grüße aus Köln 🚀 – 日本語')
    expect(mail.text).toContain('Jürgen Müßig 👩🏽‍💻 gave you the lead “Grüße aus Köln 🚀 – 日本語”.')
    expect(mail.html).toContain('Jürgen Müßig 👩🏽‍💻 gave you the lead “Grüße aus Köln 🚀 – 日本語”.')
  })

  it('is no way to more recipients: what is not one address is not sent', async () => {
    const odd = [
      'a@example.com, bystander@example.com',
      'a@example.com\r\nRCPT TO:<bystander@example.com>',
      'Ada <a@example.com>',
      'nobody',
    ]
    await queue(odd)
    expect(await sweepAt(NOON)).toEqual({ sent: 0, failed: 4, waiting: 0 })
    for (const to of odd) expect(await rowOf(to)).toMatchObject({ state: 'FAILED' })
    expect(await mailsTo('bystander@example.com')).toHaveLength(0)
  })
})

describe('many at once', () => {
  it('stay within 50 statements a run', async () => {
    await queue(Array.from({ length: 60 }, () => someone('example.com')))
    const { db, cost } = connect(env.DB, 'first-primary')
    await sendDue(db, mailConfig(), { now: NOON, limit: 45 })
    expect(cost.statements).toBeLessThanOrEqual(50)
    expect(await env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE state = 'SENT'").first('n')).toBe(45)
  })
})

describe('a crash between sending and marking', () => {
  // The database goes away at the first statement that would mark a mail as sent.
  function crashing(): D1Database {
    const isMark = (query: string) => /^update "outbox" set .*"sent_at"/.test(query)
    const session = env.DB.withSession('first-primary')
    return new Proxy(env.DB, {
      get: (database, property) =>
        property === 'withSession'
          ? () =>
              new Proxy(session, {
                get(target, name) {
                  if (name === 'prepare') {
                    return (query: string) => {
                      if (isMark(query)) throw new Error('the isolate is gone')
                      return target.prepare(query)
                    }
                  }
                  return name === 'batch' ? target.batch.bind(target) : target.getBookmark.bind(target)
                },
              })
          : Reflect.get(database, property),
    })
  }

  it('is one mail sent twice, once, under one Message-ID; those behind it are sent once', async () => {
    const [first, second] = [someone('example.com'), someone('example.com')]
    await queue([first, second])
    const { db } = connect(crashing(), 'first-primary')
    await expect(sendDue(db, mailConfig(), { now: NOON, limit: 45 })).rejects.toThrow('the isolate is gone')
    const sent = [...(await mailsTo(first)), ...(await mailsTo(second))]
    expect(sent).toHaveLength(1)
    expect(await sweepAt(later(LEASE_MS - MINUTE))).toEqual({ sent: 0, failed: 0, waiting: 0 })
    expect(await sweepAt(later(LEASE_MS + MINUTE))).toEqual({ sent: 2, failed: 0, waiting: 0 })
    expect(await sweepAt(later(3 * LEASE_MS))).toEqual({ sent: 0, failed: 0, waiting: 0 })
    const all = [...(await mailsTo(first)), ...(await mailsTo(second))]
    expect(all).toHaveLength(3)
    expect(new Set(all.map(({ messageId }) => messageId)).size).toBe(2)
  })
})
