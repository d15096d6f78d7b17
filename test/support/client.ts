// The client of the tests: every route with its input and its answers, as types of the routes.
import { hc } from 'hono/client'
import type { AppType } from '../../src/app'

type Options = {
  /** An access token or an API key, or a function that returns the current one. */
  token?: string | (() => string | undefined | Promise<string | undefined>)
  fetch?: typeof fetch
}

/** A client of the Worker at `url`. It sends the last D1 bookmark with each request, so that it reads its own writes. */
export function createClient(url: string, { token, fetch: send = fetch }: Options = {}) {
  let bookmark: string | undefined
  const carry: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers)
    if (bookmark) headers.set('D1-Bookmark', bookmark)
    const response = await send(input, { ...init, headers })
    bookmark = response.headers.get('D1-Bookmark') ?? bookmark
    return response
  }
  const headers = async (): Promise<Record<string, string>> => {
    const current = typeof token === 'function' ? await token() : token
    return current ? { Authorization: `Bearer ${current}` } : {}
  }
  return hc<AppType>(url, { fetch: carry, headers })
}

export type Client = ReturnType<typeof createClient>
