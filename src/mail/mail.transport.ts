// Transports of mail: the console in development, or an SMTP server.
import type { Config } from '../config'
import { envelopeOf, messageText } from './mail.message'
import type { Rendered } from './mail.render'
import { createSmtpClient, isAboutMail } from './mail.smtp'
import { oneLine } from './mail.text'

/** A mail; an answer goes to `replyTo`, and `stop` is the link that stops further ones. */
export type Mail = Rendered & { to: string; messageId: string; replyTo?: string; stop?: string }
export type Transport = { send: (mail: Mail) => Promise<void>; close: () => void }

/** Why a mail was not sent. `final`: another attempt cannot help. `unreachable`: the server failed, not the mail. */
export type Failure = { kind: 'final' | 'passing' | 'unreachable'; reason: string; code: string }

/** The transport of the configuration. Close it after use. */
export async function openTransport(config: Config): Promise<Transport> {
  if (config.MAIL_TRANSPORT !== 'smtp') return { send: print, close: () => {} }
  const from = config.SMTP_FROM ?? ''
  const { send, close } = await createSmtpClient(config)
  return { send: (mail) => send(envelopeOf(from, mail.to), messageText({ ...mail, from, date: new Date() })), close }
}

/** The Message-ID of a mail: the same for every attempt. */
export function messageIdOf(config: Config, id: string): string {
  const domain = /@([\w.-]+)>?\s*$/.exec(config.SMTP_FROM ?? '')?.[1] ?? 'localhost'
  return `<${id}@${domain}>`
}

async function print({ to, subject, text, messageId }: Mail): Promise<void> {
  console.log(`Mail to ${oneLine(to)} ${messageId}\nSubject: ${subject}\n\n${text}`)
}

/** Classifies an error of a transport. A 5xx reply to the mail is final; one to the sign-in needs a new configuration. */
export function failureOf(error: unknown): Failure {
  const { message, code, responseCode, response } = detailsOf(error)
  const reason = oneLine(response ?? message)
  if (!isAboutMail(error)) return { kind: 'unreachable', reason, code }
  return { kind: responseCode === undefined || responseCode >= 500 ? 'final' : 'passing', reason, code }
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
