// What all mail needs: whether it is configured, the links to pages, and which addresses get none.
import type { Config } from '../config'
import { AppError } from '../errors'

/** The names of missing settings; empty if mail is configured. */
function missingSettings(config: Config): string[] {
  const { MAIL_TRANSPORT, WORKER_URL, SMTP_HOST, SMTP_FROM, SMTP_USER, SMTP_PASS } = config
  if (MAIL_TRANSPORT === 'off') return ['MAIL_TRANSPORT']
  const login = SMTP_USER === undefined && SMTP_PASS === undefined ? {} : { SMTP_USER, SMTP_PASS }
  const smtp = MAIL_TRANSPORT === 'smtp' ? { SMTP_HOST, SMTP_FROM, ...login } : {}
  return Object.entries({ WORKER_URL, ...smtp }).flatMap(([name, value]) => (value === undefined ? [name] : []))
}

export function canMail(config: Config): boolean {
  return missingSettings(config).length === 0
}

/** Throws `not_configured` with the missing settings if mail is not configured. */
export function requireMail(config: Config): void {
  const names = missingSettings(config)
  if (names.length > 0) throw new AppError('not_configured', { detail: `Mail needs ${names.join(', ')} to be set.` })
}

/** The domain of addresses to which no mail can go (RFC 2606). An account that lost its address has one. */
export const UNDELIVERABLE = '@unproven.invalid'

/** Whether an address is that of an account which lost its own. */
export function isUndeliverable(email: string): boolean {
  return email.endsWith(UNDELIVERABLE)
}
