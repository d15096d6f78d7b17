// What tests need of mail: settings of the real SMTP server, what arrived there, and the outbox as it stands.
import { env } from 'cloudflare:workers'
import { inject } from 'vitest'
import { type Config, configOf } from '../../src/config'
import { connect } from '../../src/db/client'
import { type Round, sendDue } from '../../src/mail/mail.delivery'
import { ORIGIN } from './api'

declare module 'vitest' {
  interface ProvidedContext {
    smtp: Record<'smtp' | 'guarded' | 'rude' | 'sleeping' | 'door', number> & { user: string; pass: string }
  }
}

export const PUBLIC_URL = 'https://app.crm.test'

/** Settings that send through the test's SMTP server, or another of its ports. */
export function mailing(overrides: Record<string, unknown> = {}) {
  return {
    MAIL_TRANSPORT: 'smtp',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(inject('smtp').smtp),
    SMTP_FROM: 'Edge CRM <crm@mail.test>',
    PUBLIC_URL,
    WORKER_URL: ORIGIN,
    ...overrides,
  }
}

export function mailConfig(overrides: Record<string, unknown> = {}): Config {
  return configOf({ ...env, ...mailing(overrides) })
}

export const database = () => connect(env.DB, 'first-primary').db

/** A sweep like the cron's. */
export function sweepAt(now: string, { limit = 45, ...overrides }: { limit?: number } & Record<string, unknown> = {}) {
  const round: Round = { now, limit }
  return sendDue(database(), mailConfig(overrides), round)
}

export type Received = { to: string[]; raw: string; subject: string; text: string; html: string; messageId: string }

/** The mails that the SMTP server accepted for recipients whose address holds this text. */
export async function mailsTo(to: string): Promise<Received[]> {
  const response = await fetch(`http://127.0.0.1:${inject('smtp').door}/mails?to=${encodeURIComponent(to)}`)
  const mails: { to: string[]; raw: string }[] = await response.json()
  return mails.map(({ to, raw }) => ({ to, raw, ...partsOf(raw) }))
}

/** The only mail to this recipient. */
export async function mailTo(to: string): Promise<Received> {
  const mails = await mailsTo(to)
  const [mail] = mails
  if (!mail || mails.length !== 1) throw new Error(`${mails.length} mails to ${to}, not one`)
  return mail
}

/** The token in the link of a mail. */
export function tokenIn({ text }: Pick<Received, 'text'>): string {
  const token = /[#?]token=([\w.-]+)/.exec(text)?.[1]
  if (!token) throw new Error('no link with a token in this mail')
  return token
}

type OutboxRow = {
  id: string
  template: string
  recipient: string
  payload: string
  state: string
  attempts: number
  next_attempt_at: string
  last_error: string | null
  give_up_at: string
}

/** The rows of the outbox for a recipient, oldest first. */
export async function queuedTo(recipient: string): Promise<OutboxRow[]> {
  const { results } = await env.DB.prepare('SELECT * FROM outbox WHERE recipient = ? ORDER BY id')
    .bind(recipient)
    .all<OutboxRow>()
  return results
}

function partsOf(raw: string) {
  const [head = ''] = raw.split('\r\n\r\n', 1)
  const headers = head.replace(/\r\n[ \t]+/g, ' ')
  const boundary = /boundary="([^"]+)"/.exec(headers)?.[1] ?? ''
  const bodies = raw.split(`--${boundary}`).map(bodyOf)
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(headers)?.[1] ?? ''
  const part = (type: string) => bodies.find(({ head }) => head.includes(type))?.body ?? ''
  return {
    subject: words(header('Subject')),
    messageId: header('Message-ID'),
    text: part('text/plain'),
    html: part('text/html'),
  }
}

function bodyOf(part: string) {
  const end = part.indexOf('\r\n\r\n')
  const [head, encoded] = [part.slice(0, end), part.slice(end + 4)]
  const body = /quoted-printable/i.test(head)
    ? quoted(encoded.replace(/=\r\n/g, ''))
    : /base64/i.test(head)
      ? base64(encoded)
      : encoded
  return { head, body: body.replaceAll('\r\n', '\n') }
}

// Words of RFC 2047: =?UTF-8?Q?…?= and =?UTF-8?B?…?=, of which neighbours are one text.
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, data: string) =>
      kind.toUpperCase() === 'B' ? base64(data) : quoted(data.replaceAll('_', ' ')),
    )
}

const decode = (bytes: number[]) => new TextDecoder().decode(new Uint8Array(bytes))
const base64 = (data: string) => decode([...atob(data.replace(/\s/g, ''))].map((each) => each.charCodeAt(0)))

function quoted(data: string): string {
  return data.replace(/(?:=[0-9A-F]{2})+/gi, (run) =>
    decode(
      run
        .split('=')
        .slice(1)
        .map((hex) => Number.parseInt(hex, 16)),
    ),
  )
}
