// Sends one request of a caller: with its token, bookmark, ETag and Idempotency-Key, and again where that is safe.
import { CrmNetworkError } from './problems.js'
import type { Send } from './upload.js'

export type RetryOptions = {
  /** How often a request is sent again after the first time. */
  retries: number
  /** The longest wait, in seconds, for a `Retry-After`; the answer that asks for a longer one is returned. */
  maxWaitSeconds: number
}

/** Tokens for requests. `tokenAfter` gets the token that was refused. */
export type TokenSource = {
  token(): Promise<string | undefined>
  tokenAfter?(refused: string): Promise<string | undefined>
}

type Transport = RetryOptions & { send: Send; tokens: TokenSource; wait?: (ms: number) => Promise<void> }

/** The paths at which a person signs in: they take no token, and a kept answer would be of no use. */
const SIGN_IN = /\/v1\/auth\/(login|refresh|register|verify-email|forgot-password|reset-password|oauth\/token)$/
/** So many ETags are remembered, of the records that were read or changed last. */
const ETAGS = 500

export function createTransport({ send, tokens, retries, maxWaitSeconds, wait = sleep }: Transport) {
  let bookmark: string | undefined
  const etags = new Map<string, string>()

  function prepare(request: Request): void {
    const { pathname } = new URL(request.url)
    const { headers, method } = request
    const isSignIn = SIGN_IN.test(pathname)
    if (method === 'POST' && !isSignIn && !headers.has('Idempotency-Key') && !isStream(request)) {
      headers.set('Idempotency-Key', newKey())
    }
    const etag = etags.get(pathname)
    if (isChange(method) && etag && !headers.has('If-Match')) headers.set('If-Match', etag)
    // An empty If-Match is how a caller says: whatever the version.
    if (headers.get('If-Match') === '') headers.delete('If-Match')
  }

  function remember({ method, url }: Request, response: Response): void {
    bookmark = response.headers.get('D1-Bookmark') ?? bookmark
    const { pathname } = new URL(url)
    const etag = response.headers.get('ETag')
    // A refused version is forgotten, so that the caller reads the record before the next change.
    etags.delete(pathname)
    if (response.ok && etag && (method === 'GET' || isChange(method))) {
      etags.set(pathname, etag)
      const [oldest] = etags.keys()
      if (etags.size > ETAGS && oldest !== undefined) etags.delete(oldest)
    }
  }

  async function transport(request: Request, via: Send = send): Promise<Response> {
    prepare(request)
    const isSafe = request.method === 'GET' || request.method === 'HEAD' || request.headers.has('Idempotency-Key')
    const isSignIn = SIGN_IN.test(new URL(request.url).pathname)
    let token = isSignIn ? undefined : await tokens.token()
    let isRenewed = false
    for (let tries = 0; ; ) {
      if (token && !request.headers.has('Authorization')) request.headers.set('Authorization', `Bearer ${token}`)
      if (bookmark) request.headers.set('D1-Bookmark', bookmark)
      const response = await attempt(request, via, isSafe && tries < retries)
      if (!response) {
        await wait(backoff(tries++))
        continue
      }
      remember(request, response)
      if (response.status === 401 && token && tokens.tokenAfter && !isRenewed) {
        isRenewed = true
        const next = await tokens.tokenAfter(token)
        if (!next) return response
        token = next
        request.headers.set('Authorization', `Bearer ${token}`)
        continue
      }
      const seconds = waitAsked(response)
      if (seconds === undefined || seconds > maxWaitSeconds || tries >= retries) return response
      await response.body?.cancel()
      await wait(seconds * 1_000 + Math.random() * 250)
      tries++
    }
  }

  // The response; undefined where none came and the request may be sent again.
  async function attempt(request: Request, via: Send, mayRepeat: boolean): Promise<Response | undefined> {
    try {
      return await via(request.clone())
    } catch (cause) {
      if (request.signal.aborted) throw cause
      if (mayRepeat) return undefined
      throw new CrmNetworkError(`No answer to ${request.method} ${new URL(request.url).pathname}`, { cause })
    }
  }

  /** Forgets what belongs to a session: bookmark and ETags. */
  function forget(): void {
    bookmark = undefined
    etags.clear()
  }

  return { transport, forget }
}

const isChange = (method: string) => method === 'PATCH' || method === 'PUT' || method === 'DELETE'
const isStream = ({ headers }: Request) =>
  /^(text\/|multipart\/|application\/x-ndjson)/.test(headers.get('Content-Type') ?? '')

// 429 and 503 say when to come back; so does a request whose twin is still running.
function waitAsked({ status, headers }: Response): number | undefined {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN)
  return [409, 429, 503].includes(status) && Number.isFinite(seconds) ? Math.max(seconds, 0) : undefined
}

/** Half a second, then twice as long each time, up to 8 seconds; spread, so that many clients do not come back at once. */
function backoff(tries: number): number {
  return Math.min(500 * 2 ** tries, 8_000) * (0.5 + Math.random() / 2)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

// A page without TLS has no randomUUID, and React Native no crypto. A key must only be new, not a secret.
function newKey(): string {
  const source = globalThis.crypto as Partial<Crypto> | undefined
  if (source?.randomUUID) return source.randomUUID()
  const bytes = new Uint8Array(16)
  if (source?.getRandomValues) source.getRandomValues(bytes)
  else for (let i = 0; i < bytes.length; i += 1) bytes[i] = Math.random() * 256
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
