// Sending over SMTP: nodemailer's protocol without the rest of it, loaded only if mail is sent. One connection serves a
// run, and is opened again after it is lost.
import type { Socket } from 'node:net'
import type { Config } from '../config'
import { loadSmtp } from '../late'
import { SECOND_MS } from '../time'
import type { Envelope } from './mail.message'

/** The longest time for one mail, from connecting to the last reply of the server. */
export const SEND_MS = 45 * SECOND_MS

type Connection = Awaited<ReturnType<typeof loadSmtp>>['default']
type SMTPConnection = InstanceType<Connection>
export type SmtpClient = { send: (envelope: Envelope, message: string) => Promise<void>; close: () => void }

/** A client of the server in the settings. Errors are nodemailer's, with `code` and `responseCode`. */
export async function createSmtpClient(config: Config): Promise<SmtpClient> {
  const { default: Connection } = await loadSmtp()
  let open: SMTPConnection | undefined

  function close() {
    open?.close()
    open = undefined
  }

  async function deliver(envelope: Envelope, message: string) {
    if (open && !isUsable(open)) close()
    open ??= await signedIn(Connection, config)
    const connection = open
    try {
      await sent(connection, envelope, message)
    } catch (error) {
      // A refused mail leaves the connection as it is, unless the server is about to close it.
      if (!isAboutMail(error) || !isUsable(connection)) throw error
      await reset(connection).catch(close)
      throw error
    }
  }

  return {
    send: async (envelope, message) => {
      try {
        await withTimeout(deliver(envelope, message))
      } catch (error) {
        if (!isAboutMail(error)) close()
        throw error
      }
    },
    close,
  }
}

// The server may have ended a connection that had nothing to do.
const isUsable = (connection: SMTPConnection) => !connection.destroyed

/** Whether the server refused this very mail, so that the next one may fare better on the same connection. */
export function isAboutMail(error: unknown): boolean {
  const { code, responseCode }: Record<string, unknown> = error instanceof Error ? { ...error } : {}
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 421
}

async function signedIn(Connection: Connection, config: Config): Promise<SMTPConnection> {
  const { SMTP_HOST: host = '', SMTP_PORT: port, SMTP_SECURE: secure, SMTP_USER: user, SMTP_PASS: pass } = config
  const connection = new Connection({
    host,
    port,
    secure,
    secured: secure,
    connection: await connectedSocket(host, port, secure),
    // Refuses to send a password if an attacker removes STARTTLS from the server's reply.
    requireTLS: !secure && config.ENVIRONMENT === 'production',
    greetingTimeout: 10 * SECOND_MS,
    socketTimeout: 20 * SECOND_MS,
  })
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      reject(error)
      connection.close()
    }
    connection.on('error', failed)
    connection.once('end', () => failed(Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' })))
    connection.connect((error) => {
      if (error) return failed(error)
      if (user === undefined || !connection.allowsAuth) return resolve(connection)
      connection.login({ user, pass }, (refused) => (refused ? failed(refused) : resolve(connection)))
    })
  })
}

// nodemailer would resolve the name and connect to an IP address, which matches no certificate.
async function connectedSocket(host: string, port: number, secure: boolean): Promise<Socket> {
  const [net, tls] = await Promise.all([import('node:net'), import('node:tls')])
  const socket = secure ? tls.connect({ host, port, servername: host }) : net.connect({ host, port })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error('The SMTP server cannot be reached')), 10 * SECOND_MS)
    const failed = (error: Error) => {
      clearTimeout(timer)
      reject(error)
    }
    socket.once('error', failed)
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.off('error', failed)
      resolve(socket)
    })
  })
}

function sent(connection: SMTPConnection, envelope: Envelope, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.send(envelope, message, (error) => (error ? reject(error) : resolve()))
  })
}

function reset(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => connection.reset((error) => (error ? reject(error) : resolve())))
}

async function withTimeout(sending: Promise<unknown>): Promise<void> {
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
