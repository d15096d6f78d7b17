// Buttons that begin a sign-in at a provider, for those that are configured.
import type { FC } from 'hono/jsx'
import type { Config } from '../../config'
import type { Desk } from '../desk'
import { at } from '../page'

export const PROVIDER_NAMES = { google: 'Google', github: 'GitHub' } as const
export type ProviderName = keyof typeof PROVIDER_NAMES

export function providersOf(config: Config): ProviderName[] {
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET } = config
  return [
    ...(GOOGLE_CLIENT_ID && GOOGLE_CLIENT_SECRET ? (['google'] as const) : []),
    ...(GITHUB_CLIENT_ID && GITHUB_CLIENT_SECRET ? (['github'] as const) : []),
  ]
}

export const Providers: FC<{ desk: Desk; next: string; invitation?: string }> = ({ desk, next, invitation }) => {
  const names = providersOf(desk.base.config)
  if (names.length === 0) return null
  const query = new URLSearchParams({ next, ...(invitation ? { invitation } : {}) })
  return (
    <div class="providers">
      <p class="or">{desk.words.doors.or}</p>
      {names.map((name) => (
        <a class="button" href={`${at('oauth', name)}?${query}`}>
          {desk.words.doors.with(PROVIDER_NAMES[name])}
        </a>
      ))}
    </div>
  )
}
