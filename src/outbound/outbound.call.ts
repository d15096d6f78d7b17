// Calls to addresses that people send: what the rules and the resolver let pass, without redirects, and not for long.
// Between the look-up and the call a name may get another address (DNS rebinding): Workers cannot pin one.
import type { Config } from '../config'
import { addressProblem, isLocalhost, type OutboundRules } from './outbound.address'
import { createResolver, type Resolver } from './outbound.resolve'

export type Outbound = { rules: OutboundRules; resolve: Resolver }

/** The rules of this installation, and a resolver for a run or a request. `requestHost` is the host that was asked. */
export function outboundOf(config: Config, requestHost?: string): Outbound {
  const own = [config.PUBLIC_URL, config.WORKER_URL].flatMap((url) =>
    url === undefined ? [] : [new URL(url).hostname],
  )
  const ownHosts = requestHost === undefined ? own : [...own, requestHost.toLowerCase()]
  return {
    rules: { ownHosts, allowsLocalhost: config.OUTBOUND_LOCALHOST },
    resolve: createResolver(config.DOH_URL),
  }
}

const PRIVATE = 'must name a public host: one of its addresses is private'
const UNKNOWN = 'must name a host that can be looked up: the name does not exist, or DNS did not answer'

/** Why an address may not be called, in words for the person who sent it; undefined if it may. */
export async function outboundProblem({ rules, resolve }: Outbound, url: string): Promise<string | undefined> {
  const problem = addressProblem(url, rules)
  if (problem !== undefined || isLocalhost(url)) return problem
  const standing = await resolve(new URL(url).hostname)
  if (standing === 'public') return undefined
  return standing === 'private' ? PRIVATE : UNKNOWN
}

/** Where a call failed: it was refused here, nobody answered in time, or the connection broke. */
export type CallFailure = 'refused' | 'timeout' | 'connection'
export type Called = { response: Response } | { failure: CallFailure }

/** Calls an address if it may be called. A redirect is not followed. The body of the answer is for the caller to read or cancel. */
export async function call(outbound: Outbound, url: string, init: RequestInit, patienceMs: number): Promise<Called> {
  if ((await outboundProblem(outbound, url)) !== undefined) return { failure: 'refused' }
  const signal = AbortSignal.timeout(patienceMs)
  try {
    return { response: await fetch(url, { ...init, redirect: 'manual', signal }) }
  } catch {
    return { failure: signal.aborted ? 'timeout' : 'connection' }
  }
}
