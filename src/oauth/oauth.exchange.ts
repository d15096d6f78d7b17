// What the providers' own files and the conversation with them share: who came, and how their answers are asked for.
import type { AuthorizationServer, Client } from 'oauth4webapi'
import type { Config } from '../config'

type Library = typeof import('oauth4webapi')

/** How long a provider may take to answer one request. */
const PATIENCE_MS = 5_000

/** A signal for one request to a provider. */
export const patience = () => AbortSignal.timeout(PATIENCE_MS)

/** What the library needs to know for requests below this address; settings allow plain http in development alone. */
export function requestOptions({ allowInsecureRequests }: Library, url: string) {
  return { [allowInsecureRequests]: url.startsWith('http:'), signal: patience }
}

/** An answer of the token endpoint, to be read and believed or not. */
export type Exchange = {
  config: Config
  oauth: Library
  server: AuthorizationServer
  client: Client
  response: Response
  nonce: string
}

/** Somebody as a provider tells it; `email` only where the provider has verified it. */
export type Person = { subject: string; name?: string | undefined; email?: string | undefined }
