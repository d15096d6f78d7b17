// What tests need of the desk: a browser without scripts, which keeps cookies, follows forms and says where it is.
import { ORIGIN, worker } from './api'
import { PASSWORD, type Person } from './factories'

type Fetch = typeof globalThis.fetch
export type Seen = { status: number; html: string; headers: Headers; path: string }

/** A browser that stays at the desk. */
export function browser(fetch: Fetch = worker()) {
  const cookies = new Map<string, string>()

  async function go(path: string, init: RequestInit = {}): Promise<Seen> {
    const headers = new Headers(init.headers)
    headers.set('Cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(`${ORIGIN}${path}`, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) keep(cookie)
    const location = response.headers.get('Location')
    if (location !== null) return go(location.replace(ORIGIN, ''))
    return { status: response.status, html: await response.text(), headers: response.headers, path }
  }

  function keep(cookie: string) {
    const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? []
    if (/Max-Age=0/.test(cookie)) cookies.delete(name)
    else cookies.set(name, value)
  }

  /** Sends a form as its page would, from this origin unless the test says otherwise. */
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = { Origin: ORIGIN }) =>
    go(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    })

  const signIn = ({ email }: Pick<Person, 'email'>, password = PASSWORD) =>
    post('/dashboard/sign-in/enter', { email, password })

  return { go, post, signIn, cookies }
}

/** The mark that the forms of a page carry. */
export function markIn({ html }: Seen): string {
  return /name="mark" value="([^"]+)"/.exec(html)?.[1] ?? ''
}

/** The text of a page as it is read, without tags. */
export function textOf({ html }: Pick<Seen, 'html'>): string {
  return html
    .replace(/<(title|style)[^>]*>.*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
}
