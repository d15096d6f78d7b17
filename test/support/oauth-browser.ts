// Signing in by a provider as a person does it: a browser with cookies of its own, the provider's page, and back.
import { inject } from 'vitest'
import { bodyOf } from './answers'
import { api, send, worker } from './api'
import { freshAddress, unique } from './factories'

declare module 'vitest' {
  interface ProvidedContext {
    oauth: { google: string; github: string; api: string; client: { id: string; secret: string } }
  }
}

export const FRONTEND = 'https://app.crm.test'

/** Settings of a Worker that knows the test's providers and one frontend. */
export function withProviders(overrides: Record<string, unknown> = {}) {
  const { google, github, api, client } = inject('oauth')
  return {
    GOOGLE_CLIENT_ID: client.id,
    GOOGLE_CLIENT_SECRET: client.secret,
    GOOGLE_ISSUER: google,
    GITHUB_CLIENT_ID: client.id,
    GITHUB_CLIENT_SECRET: client.secret,
    GITHUB_URL: github,
    GITHUB_API_URL: api,
    CORS_ORIGINS: `${FRONTEND},http://localhost:5173`,
    SIGNUP: 'open',
    ...overrides,
  }
}

export const oauthWorker = worker(withProviders())

/** Who sits at the provider, and what the provider makes of it; see oauth-provider.mjs. */
export type Someone = {
  sub: string
  id: number
  login: string
  name: string | null
  email: string
  email_verified?: boolean
  claims?: Record<string, unknown>
  emails?: { email: string; primary: boolean; verified: boolean }[]
  forgery?: 'unsigned' | 'altered' | 'keyless'
  error?: string
  status?: number
  answer?: unknown
  apiStatus?: number
}

/** Somebody with an account at both providers and a verified address. */
export function someone(fields: Partial<Someone> = {}): Someone {
  const id = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1
  const name = unique('grace')
  return { sub: `sub-${id}`, id, login: name, name: 'Grace Hopper', email: `${name}@example.com`, ...fields }
}

export type Provider = 'google' | 'github'
type Fetch = typeof globalThis.fetch

/** A browser: it keeps cookies by path, and asks for pages unless told otherwise. */
export function browser(fetch: Fetch = oauthWorker) {
  const jar = new Map<string, { value: string; path: string }>()
  const address = freshAddress()
  async function visit(path: string, { accept = 'text/html', token }: { accept?: string; token?: string } = {}) {
    const [pathname = ''] = path.split('?')
    const mine = [...jar].filter(([, cookie]) => pathname.startsWith(cookie.path))
    const headers = {
      Accept: accept,
      'CF-Connecting-IP': address,
      ...(mine.length > 0 ? { Cookie: mine.map(([name, { value }]) => `${name}=${value}`).join('; ') } : {}),
    }
    const response = await send(path, { headers, redirect: 'manual', token }, fetch)
    for (const line of response.headers.getSetCookie()) keep(line)
    return response
  }
  function keep(line: string) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const path = /; Path=([^;]+)/.exec(line)?.[1] ?? '/'
    if (/Max-Age=0/.test(line)) jar.delete(name)
    else jar.set(name, { value, path })
  }
  return { jar, visit, fetch }
}
export type Browser = ReturnType<typeof browser>

/** Where a redirect leads; fails where there is none. */
export function locationOf(response: Response): URL {
  const location = response.headers.get('Location')
  if (response.status !== 302 || location === null) throw new Error(`no redirect but ${response.status}`)
  return new URL(location)
}

/** Begins a sign-in; gives the provider's page. */
export async function begin({ visit }: Browser, provider: Provider, query: Record<string, string> = {}) {
  const search = new URLSearchParams(query)
  return locationOf(await visit(`/v1/auth/oauth/${provider}?${search}`))
}

/** Agrees at the provider's page; gives the path of the callback with what the provider sends along. */
export async function agree(page: URL, person: Someone): Promise<string> {
  const url = new URL(page)
  url.searchParams.set('person', btoa(JSON.stringify(person)).replaceAll('+', '-').replaceAll('/', '_'))
  const back = locationOf(await fetch(url, { redirect: 'manual' }))
  return `${back.pathname}${back.search}`
}

/** Begins, agrees, comes back: without a frontend, as JSON. */
export async function comeBack(
  person: Someone,
  {
    provider = 'google',
    at = browser(),
    query = {},
  }: { provider?: Provider; at?: Browser; query?: Record<string, string> } = {},
): Promise<Response> {
  return at.visit(await agree(await begin(at, provider, query), person), { accept: 'application/json' })
}

/** A frontend's own secret and what it tells of it (RFC 7636). */
export async function challenge() {
  const codeVerifier = `${crypto.randomUUID()}-${crypto.randomUUID()}`
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(codeVerifier))
  const codeChallenge = btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace('=', '')
  return { codeVerifier, codeChallenge }
}

export const CALLBACK = `${FRONTEND}/signed-in?from=crm`

/** The same with a frontend: gives the code that it is called with, and its verifier. */
export async function obtainCode(
  person: Someone,
  {
    provider = 'google',
    at = browser(),
    query = {},
  }: { provider?: Provider; at?: Browser; query?: Record<string, string> } = {},
) {
  const { codeVerifier, codeChallenge } = await challenge()
  const page = await begin(at, provider, { redirectTo: CALLBACK, codeChallenge, ...query })
  const end = locationOf(await at.visit(await agree(page, person)))
  const code = end.searchParams.get('code')
  if (code === null) throw new Error(`no code but ${end}`)
  return { code, codeVerifier, end }
}

/** Exchanges a code for tokens. */
export function exchange({ code, codeVerifier }: { code: string; codeVerifier: string }, fetch: Fetch = oauthWorker) {
  const headers = { 'CF-Connecting-IP': freshAddress() }
  return api(undefined, fetch).v1.auth.oauth.token.$post({ json: { code, codeVerifier } }, { headers })
}

/** Signs somebody in by a provider and a frontend; gives what the frontend then has. */
export async function signedInBy(provider: Provider, person: Someone, query: Record<string, string> = {}) {
  return bodyOf(exchange(await obtainCode(person, { provider, query })), 200)
}
