// The client: every operation of the API with its types, a session that keeps itself, and pages as one sequence.
import createFetchClient, { type Client } from 'openapi-fetch'
import { CrmError, problemOf } from './problems.js'
import type { components, lists, operations, paths } from './schema.js'
import { keepSession, memoryStorage, type SessionStorage, sessionOf, type Tokens } from './session.js'
import { type StreamMessage, type WatchOptions, watchStream } from './stream.js'
import { createTransport, type RetryOptions, type TokenSource } from './transport.js'
import { type Progress, sendWithProgress } from './upload.js'

export { CrmError, CrmNetworkError, type CrmProblem, type ErrorCode, problemOf } from './problems.js'
export type { components, lists, operations, paths } from './schema.js'
export { memoryStorage, type Session, type SessionStorage, webStorage } from './session.js'
export type { StreamMessage, WatchOptions } from './stream.js'
export type { Progress } from './upload.js'
export { type VerifyOptions, verifyWebhook, type WebhookEvent, WebhookVerificationError } from './webhooks.js'

type Schemas = components['schemas']
/** A schema of the API by its name: `Schema<'Lead'>`. */
export type Schema<Name extends keyof Schemas> = Schemas[Name]

export type Options = Partial<RetryOptions> & {
  /** The address of the Worker, such as `https://crm.example.com`. */
  url: string
  /** An API key, for programs. With it there is no session. */
  apiKey?: string
  /** Where the session is kept; in memory by default. */
  storage?: SessionStorage
  /** Called when the session has ended: show the sign-in. */
  onSignedOut?: () => void
  fetch?: typeof fetch
}

type QueryOf<P extends keyof lists> = Omit<NonNullable<lists[P]['query']>, 'cursor'>
type PathOf<P extends keyof lists> = undefined extends lists[P]['path'] ? { path?: never } : { path: lists[P]['path'] }
/** What a list is asked: the parameters of its path, if it has some, and its query. */
export type ListParams<P extends keyof lists> = { query?: QueryOf<P> } & PathOf<P>
type NeedsNoPath = { [P in keyof lists]: undefined extends lists[P]['path'] ? P : never }[keyof lists]
type ImportQuery = NonNullable<operations['importRecords']['parameters']['query']>

/** A file to import. `type` is its media type, such as `text/csv`. */
export type Upload = {
  type: string
  query: ImportQuery
  onProgress?: (progress: Progress) => void
  signal?: AbortSignal
}

export type CrmClient = Client<paths> & {
  /** Signs in and keeps the session. Throws `CrmError`, with `invalid_credentials` or `locked_out` among others. */
  signIn(credentials: Schema<'Credentials'>): Promise<Schema<'SignedIn'>>
  /** Registers and keeps the session. Throws `CrmError`. */
  register(registration: Schema<'Registration'>): Promise<Schema<'SignedIn'>>
  /** Ends the session on the server and here. */
  signOut(): Promise<void>
  /** All items of a list, page by page, as they are read. Throws `CrmError`. */
  pages<P extends keyof lists>(
    path: P,
    ...params: P extends NeedsNoPath ? [params?: ListParams<P>] : [params: ListParams<P>]
  ): AsyncGenerator<lists[P]['item'], void>
  /**
   * Calls `handle` for each record that changes or leaves your sight, until `signal` is aborted or the session has ended. It
   * reconnects by itself, and resumes where it was.
   */
  watch(handle: (message: StreamMessage) => void, options?: WatchOptions): Promise<void>
  /** Imports a file. The report may say `RUNNING`: read `/v1/imports/{id}` until it is over. Throws `CrmError`. */
  upload(file: Blob | string, upload: Upload): Promise<Schema<'ImportReport'>>
}

/** A client of the Worker at `url`. Calls return `{ data, error, response }`; `error` is a `CrmProblem`. */
export function createClient({ url, apiKey, storage = memoryStorage(), onSignedOut, ...options }: Options): CrmClient {
  const baseUrl = url.replace(/\/+$/, '')
  // Bound late, so that a test or a service worker may replace it.
  const send = (request: Request) => (options.fetch ?? globalThis.fetch)(request)
  const retry = { retries: options.retries ?? 2, maxWaitSeconds: options.maxWaitSeconds ?? 30 }

  const exchange = async (refreshToken: string): Promise<Tokens | undefined> => {
    const { data, error, response } = await api.POST('/v1/auth/refresh', { body: { refreshToken } })
    if (data) return data
    if (response.status === 401) return undefined
    throw new CrmError(problemOf(error), response.status)
  }
  const keeper = keepSession({
    storage,
    exchange,
    lockName: `edge-crm ${baseUrl}`,
    onEnd: () => {
      forget()
      onSignedOut?.()
    },
  })
  const tokens: TokenSource = apiKey ? { token: async () => apiKey } : keeper
  const { transport, forget } = createTransport({ send, tokens, ...retry })

  const api = createFetchClient<paths>({ baseUrl, fetch: transport, querySerializer: queryText })

  async function keep(signedIn: Schema<'SignedIn'> | undefined, error: unknown, response: Response) {
    if (!signedIn) throw new CrmError(problemOf(error), response.status)
    forget()
    await storage.write(sessionOf(signedIn))
    return signedIn
  }

  return Object.assign(api, {
    async signIn(credentials: Schema<'Credentials'>) {
      const { data, error, response } = await api.POST('/v1/auth/login', { body: credentials })
      return keep(data, error, response)
    },
    async register(registration: Schema<'Registration'>) {
      const { data, error, response } = await api.POST('/v1/auth/register', { body: registration })
      return keep(data, error, response)
    },
    async signOut() {
      try {
        if (await storage.read()) await api.POST('/v1/auth/logout')
      } finally {
        forget()
        await storage.write(undefined)
      }
    },
    async *pages<P extends keyof lists>(path: P, params: { query?: QueryOf<P>; path?: unknown } = {}) {
      for (let cursor: string | undefined; ; ) {
        const query = { ...params.query, ...(cursor === undefined ? {} : { cursor }) }
        const page = await readPage<lists[P]['item']>(path, { ...params, query })
        yield* page.data
        if (page.nextCursor === null) return
        cursor = page.nextCursor
      }
    },
    watch(handle: (message: StreamMessage) => void, watchOptions: WatchOptions = {}) {
      const ticket = async () => (await api.POST('/v1/stream/ticket')).data?.path
      return watchStream({ baseUrl, ticket }, handle, watchOptions)
    },
    async upload(file: Blob | string, { type, query, onProgress, signal }: Upload) {
      const via = onProgress && sendWithProgress(send, file, onProgress)
      const { data, error, response } = await api.POST('/v1/imports', {
        params: { query },
        headers: { 'Content-Type': type },
        // The file is sent as it is: the type of the body in the document is that of a JSON import.
        body: file as never,
        bodySerializer: (body: unknown) => body,
        ...(signal ? { signal } : {}),
        fetch: (request: Request) => transport(request, via),
      })
      if (!data) throw new CrmError(problemOf(error), response.status)
      return data
    },
  }) as CrmClient

  type Page<Item> = { data: Item[]; nextCursor: string | null }
  async function readPage<Item>(path: keyof lists, params: object): Promise<Page<Item>> {
    // Which list it is, TypeScript knows at the call of `pages` alone.
    const get = api.GET as unknown as (
      path: string,
      init: object,
    ) => Promise<{ data?: Page<Item>; error?: unknown; response: Response }>
    const { data, error, response } = await get(path, { params })
    if (!data) throw new CrmError(problemOf(error), response.status)
    return data
  }
}

/**
 * Query parameters as the API reads them: dates in ISO 8601, a list by repeating its name, and the fields of an object as
 * `customFields.plan=gold`. What is undefined or null is left out.
 */
function queryText(query: Record<string, unknown>): string {
  const search = new URLSearchParams()
  const append = (name: string, value: unknown): void => {
    if (value === undefined || value === null) return
    if (value instanceof Date) search.append(name, value.toISOString())
    else if (Array.isArray(value)) for (const each of value) append(name, each)
    else if (typeof value === 'object') for (const [key, each] of Object.entries(value)) append(`${name}.${key}`, each)
    else search.append(name, String(value))
  }
  for (const [name, value] of Object.entries(query)) append(name, value)
  return search.toString()
}
