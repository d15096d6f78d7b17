// How a mail leaves: onto the console in development, or to an SMTP server. nodemailer is loaded where mail is sent only.
import type { Socket } from 'node:net'
import type { Config } from '../config'
import { SECOND_MS } from '../time'
import type { Rendered } from './mail.render'
import { oneLine } from './mail.text'

/** A mail; an answer goes to `replyTo`, and `stop` is the link that stops further ones. */
export type Mail = Rendered & { to: string; messageId: string; replyTo?: string; stop?: string }
export type Transport = { send: (mail: Mail) => Promise<void>; close: () => void }

type Connected = (error: Error | null, socket: { connection?: Socket; secured?: boolean }) => void

/** Why a mail did not leave: `final` where trying again cannot help, `unreachable` where it was not the mail's fault. */
export type Failure = { kind: 'final' | 'passing' | 'unreachable'; reason: string; code: string }

/** The longest that one mail may take, from connecting to the server's last word. */
export const SEND_MS = 45 * SECOND_MS

export async function openTransport(config: Config): Promise<Transport> {
  return config.MAIL_TRANSPORT === 'smtp' ? smtp(config) : { send: print, close: () => {} }
}

/** The Message-ID of a mail: the same however often it is sent. */
export function messageIdOf(config: Config, id: string): string {
  const domain = /@([\w.-]+)>?\s*$/.exec(config.SMTP_FROM ?? '')?.[1] ?? 'localhost'
  return `<${id}@${domain}>`
}

async function print({ to, subject, text, messageId }: Mail): Promise<void> {
  console.log(`Mail to ${oneLine(to)} ${messageId}\nSubject: ${subject}\n\n${text}`)
}

async function smtp(config: Config): Promise<Transport> {
  const { createTransport } = await import('nodemailer')
  const [net, tls] = await Promise.all([import('node:net'), import('node:tls')])
  const {
    SMTP_HOST: host = '',
    SMTP_PORT: port,
    SMTP_SECURE: secure,
    SMTP_USER: user,
    SMTP_PASS: pass,
    SMTP_FROM,
  } = config
  const from = SMTP_FROM ?? ''
  const server = createTransport({
    // One connection for the whole run. What goes wrong is tried again by the outbox, not in here.
    pool: true,
    maxConnections: 1,
    maxMessages: Number.POSITIVE_INFINITY,
    maxRequeues: 0,
    host,
    port,
    secure,
    // A password never goes over a line that somebody has talked out of TLS.
    requireTLS: !secure && config.ENVIRONMENT === 'production',
    ...(user === undefined ? {} : { auth: { user, pass } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    // Left alone, nodemailer asks DNS itself and connects to a number, for which no certificate is made out.
    getSocket: (_: unknown, done: Connected) => {
      const socket = secure ? tls.connect({ host, port, servername: host }) : net.connect({ host, port })
      const failed = (error: Error) => done(error, {})
      socket.once('error', failed)
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        socket.off('error', failed)
        done(null, { connection: socket, secured: secure })
      })
    },
  })
  async function send({ to, replyTo, stop, ...mail }: Mail): Promise<void> {
    const headers = {
      'Auto-Submitted': 'auto-generated',
      // RFC 8058: a mail program stops it by one POST, without a page.
      ...(stop ? { 'List-Unsubscribe': `<${stop}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
    }
    // As an object it is one address, whatever commas stand in it.
    const addresses = {
      from,
      to: { name: '', address: to },
      ...(replyTo ? { replyTo: { name: '', address: replyTo } } : {}),
    }
    await inTime(server.sendMail({ ...mail, ...addresses, headers }))
  }
  return { send, close: () => server.close() }
}

async function inTime(sending: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The SMTP server did not answer in time')), SEND_MS)
  })
  try {
    await Promise.race([sending, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What an error of a transport means. A 5xx to the mail itself is final; one to the sign-in is for the operator to mend. */
export function failureOf(error: unknown): Failure {
  const { message, code, responseCode, response } = detailsOf(error)
  const reason = oneLine(response ?? message)
  const isAboutMail = code === 'EENVELOPE' || code === 'EMESSAGE'
  if (isAboutMail && (responseCode === undefined || responseCode >= 500)) return { kind: 'final', reason, code }
  return { kind: isAboutMail ? 'passing' : 'unreachable', reason, code }
}

function detailsOf(error: unknown) {
  const found: Record<string, unknown> = error instanceof Error ? { ...error } : {}
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    message: error instanceof Error ? error.message : String(error),
    code: text(found.code) ?? 'UNKNOWN',
    responseCode: typeof found.responseCode === 'number' ? found.responseCode : undefined,
    response: text(found.response),
  }
}
