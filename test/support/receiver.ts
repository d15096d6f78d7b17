// A stand-in for the internet, as webhooks meet it: a resolver, and receivers that are functions.
import { vi } from 'vitest'

export type Received = { url: string; headers: Headers; body: string; at: number }
type Answer = Response | Promise<Response>

export const RESOLVER = 'https://doh.test/dns-query'
/** Addresses of names that are not 93.184.215.14. */
const ADDRESSES: Record<string, string[]> = {
  'rebound.hostile.example.com': ['127.0.0.1'],
  'mixed.hostile.example.com': ['93.184.215.14', '10.0.0.8'],
  'six.hostile.example.com': ['::1'],
  'mapped.hostile.example.com': ['::ffff:10.0.0.1'],
  'metadata.hostile.example.com': ['169.254.169.254'],
  'nowhere.hostile.example.com': [],
}
const isV6 = (address: string) => address.includes(':')

/** What the resolver answers about a name, in the JSON form of DNS over HTTPS. */
export function resolved(url: URL): Response {
  const [name, type] = [url.searchParams.get('name') ?? '', url.searchParams.get('type')]
  if (name === 'broken.hostile.example.com') return new Response('no', { status: 500 })
  const addresses = (ADDRESSES[name] ?? ['93.184.215.14']).filter((each) => isV6(each) === (type === 'AAAA'))
  const Answer = addresses.map((data) => ({ name, type: type === 'A' ? 1 : 28, TTL: 60, data }))
  return Response.json({ Status: 0, Answer })
}

/** Puts receivers, by their host, in place of the internet; gives what each got. Hosts without one answer 204. */
export function receivers(answers: Record<string, (received: Received, init: RequestInit) => Answer> = {}): Received[] {
  const all: Received[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init = {}) => {
    const request = new Request(input, { ...init, signal: null })
    const url = new URL(request.url)
    if (url.origin + url.pathname === RESOLVER) return resolved(url)
    const received = { url: url.href, headers: request.headers, body: await request.text(), at: Date.now() }
    all.push(received)
    return answers[url.host]?.(received, init) ?? new Response(null, { status: 204 })
  })
  return all
}

/** An answer that never comes: it ends when the caller gives up. */
export function hanging(_: Received, { signal }: RequestInit): Promise<Response> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('given up'))))
}

/** A receiver that hangs, of which callers despair as soon as they wait for it, and not when their time is over. */
export function hangingBriefly(): typeof hanging {
  const waiting = new WeakMap<AbortSignal, AbortController>()
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    const patience = new AbortController()
    waiting.set(patience.signal, patience)
    return patience.signal
  })
  return (received, init) => {
    const answer = hanging(received, init)
    if (init.signal) waiting.get(init.signal)?.abort(new DOMException('The time is over', 'TimeoutError'))
    return answer
  }
}
