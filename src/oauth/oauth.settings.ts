// What a provider needs to be set before anybody can sign in with it.
import type { Config } from '../config'
import { PROVIDERS } from '../db/schema/oauth'
import { AppError } from '../errors'

export { PROVIDERS }
export type Provider = (typeof PROVIDERS)[number]

export const TITLES: Record<Provider, string> = { google: 'Google', github: 'GitHub' }

/** As whom this Worker comes to a provider. Throws `not_configured`, naming what is missing. */
export function credentialsOf(config: Config, provider: Provider): { id: string; secret: string } {
  const prefix = provider === 'google' ? 'GOOGLE' : 'GITHUB'
  const [id, secret] = [config[`${prefix}_CLIENT_ID`], config[`${prefix}_CLIENT_SECRET`]]
  if (id !== undefined && secret !== undefined) return { id, secret }
  const missing = [...(id ? [] : [`${prefix}_CLIENT_ID`]), ...(secret ? [] : [`${prefix}_CLIENT_SECRET`])]
  const detail = `Signing in with ${TITLES[provider]} needs ${missing.join(', ')} to be set.`
  throw new AppError('not_configured', { detail })
}
