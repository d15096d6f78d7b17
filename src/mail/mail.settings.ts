// Whether mail can be sent, and how links in it begin: a feature that needs mail asks here first.
import type { Config } from '../config'
import { AppError } from '../errors'

/** The settings that mail lacks; none when it can be sent. */
function missingSettings(config: Config): string[] {
  const { MAIL_TRANSPORT, PUBLIC_URL, SMTP_HOST, SMTP_FROM, SMTP_USER, SMTP_PASS } = config
  if (MAIL_TRANSPORT === 'off') return ['MAIL_TRANSPORT']
  const login = SMTP_USER === undefined && SMTP_PASS === undefined ? {} : { SMTP_USER, SMTP_PASS }
  const smtp = MAIL_TRANSPORT === 'smtp' ? { SMTP_HOST, SMTP_FROM, ...login } : {}
  return Object.entries({ PUBLIC_URL, ...smtp }).flatMap(([name, value]) => (value === undefined ? [name] : []))
}

export function canMail(config: Config): boolean {
  return missingSettings(config).length === 0
}

/** Throws `not_configured`, naming what is missing, where mail cannot be sent. */
export function requireMail(config: Config): void {
  const names = missingSettings(config)
  if (names.length > 0) throw new AppError('not_configured', { detail: `Mail needs ${names.join(', ')} to be set.` })
}

/** A page of the frontend at PUBLIC_URL. A token stands behind the #, where no server's log and no referrer has it. */
export function linkTo({ PUBLIC_URL = '' }: Config, page: string, token?: string): string {
  return `${PUBLIC_URL}/${page}${token === undefined ? '' : `#token=${token}`}`
}
