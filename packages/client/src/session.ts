// The session: where its tokens are kept, and how one refresh serves all callers in all tabs.

/** The tokens of a session. `expiresAt` is an instant in milliseconds since 1970. */
export type Session = { accessToken: string; refreshToken: string; expiresAt: number }

/** A place for the session. The caller chooses it: what a page can read, a script injected into it can read as well. */
export type SessionStorage = {
  read(): Session | undefined | Promise<Session | undefined>
  write(session: Session | undefined): void | Promise<void>
}

/** Keeps the session until the page is closed or reloaded. */
export function memoryStorage(session?: Session): SessionStorage {
  let current = session
  return {
    read: () => current,
    write: (next) => {
      current = next
    },
  }
}

/** Keeps the session in `localStorage` or `sessionStorage`, or in anything that has these three methods. */
export function webStorage(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  key = 'edge-crm-session',
): SessionStorage {
  return {
    read: () => parseSession(storage.getItem(key)),
    write: (session) => (session ? storage.setItem(key, JSON.stringify(session)) : storage.removeItem(key)),
  }
}

function parseSession(text: string | null): Session | undefined {
  if (text === null) return undefined
  try {
    const { accessToken, refreshToken, expiresAt } = JSON.parse(text)
    const isWhole = typeof accessToken === 'string' && typeof refreshToken === 'string' && typeof expiresAt === 'number'
    return isWhole ? { accessToken, refreshToken, expiresAt } : undefined
  } catch {
    return undefined
  }
}

/** The answer to a sign-in, a registration or a refresh. */
export type Tokens = { accessToken: string; refreshToken: string; expiresIn: number }

export function sessionOf({ accessToken, refreshToken, expiresIn }: Tokens): Session {
  return { accessToken, refreshToken, expiresAt: Date.now() + expiresIn * 1_000 }
}

/** Exchanges a refresh token. Undefined where the session has ended; throws where the server could not be asked. */
type Exchange = (refreshToken: string) => Promise<Tokens | undefined>
type Keeper = { storage: SessionStorage; exchange: Exchange; lockName: string; onEnd: () => void }

/** A token is renewed this long before it expires, so that it does not expire on its way. */
const EARLY_MS = 15_000

export function keepSession({ storage, exchange, lockName, onEnd }: Keeper) {
  let running: Promise<Session | undefined> | undefined

  // All callers of this page wait for one refresh; Web Locks make the other tabs wait as well.
  function refresh(refused: string): Promise<Session | undefined> {
    running ??= withLock(lockName, () => renew(refused)).finally(() => {
      running = undefined
    })
    return running
  }

  async function renew(refused: string): Promise<Session | undefined> {
    const present = await storage.read()
    // Another tab, or a caller before this one, has renewed it meanwhile.
    if (!present || present.accessToken !== refused) return present
    const tokens = await exchange(present.refreshToken)
    const next = tokens && sessionOf(tokens)
    await storage.write(next)
    if (!next) onEnd()
    return next
  }

  return {
    /** The present access token, renewed if it expires within seconds. */
    async token(): Promise<string | undefined> {
      const session = await storage.read()
      if (!session || session.expiresAt - EARLY_MS > Date.now()) return session?.accessToken
      // Before it expires, a server that does not answer is no reason to stop.
      return (await refresh(session.accessToken).catch(() => session))?.accessToken
    },
    /** A token to try after `refused` was refused; undefined where there is no other. */
    async tokenAfter(refused: string): Promise<string | undefined> {
      const next = (await refresh(refused))?.accessToken
      return next === refused ? undefined : next
    },
  }
}

async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks
  // Without Web Locks two tabs may refresh at once: the API gives both the same next token.
  return locks ? await locks.request(name, work) : await work()
}
