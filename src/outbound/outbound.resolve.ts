// Looks a host name up by DNS over HTTPS (the JSON form of RFC 8484 that Cloudflare and Google serve), and asks whether
// every address is one of the public internet. Whatever is unsure is refused.
import { z } from 'zod'
import { loadIpaddr } from '../late'
import { SECOND_MS } from '../time'

type Ranges = Awaited<ReturnType<typeof loadIpaddr>>['default']

const PATIENCE_MS = 5 * SECOND_MS
const TYPES = { A: 1, AAAA: 28 } as const
const MAX_ADDRESSES = 50

const Answer = z.object({
  Status: z.number(),
  Answer: z.array(z.object({ type: z.number(), data: z.string().max(300) })).optional(),
})

/** `public`: it may be called. `private`: one of its addresses may not. `unknown`: nothing or nobody answered. */
export type Standing = 'public' | 'private' | 'unknown'

/** The standing of hosts, each asked for once while this lives: for a run, or a request. */
export type Resolver = (host: string) => Promise<Standing>

/** A resolver that asks the server at `url`. */
export function createResolver(url: string): Resolver {
  const known = new Map<string, Promise<Standing>>()
  return (host) => {
    const standing = known.get(host) ?? standingOf(url, host)
    known.set(host, standing)
    return standing
  }
}

async function standingOf(url: string, host: string): Promise<Standing> {
  try {
    const addresses = (await Promise.all([ask(url, host, 'A'), ask(url, host, 'AAAA')])).flat()
    if (addresses.length === 0 || addresses.length > MAX_ADDRESSES) return 'unknown'
    const { default: ipaddr } = await loadIpaddr()
    return addresses.every((address) => isPublic(ipaddr, address)) ? 'public' : 'private'
  } catch {
    return 'unknown'
  }
}

async function ask(url: string, host: string, type: keyof typeof TYPES): Promise<string[]> {
  const query = new URL(url)
  query.searchParams.set('name', host)
  query.searchParams.set('type', type)
  const response = await fetch(query, {
    headers: { Accept: 'application/dns-json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  if (response.status !== 200) throw new Error('The resolver did not answer')
  const { Status, Answer: records = [] } = Answer.parse(await response.json())
  if (Status !== 0) throw new Error('The name does not exist')
  return records.filter((record) => record.type === TYPES[type]).map(({ data }) => data)
}

/** Whether an address is unicast on the public internet, in whichever way it is written. */
export function isPublic(ipaddr: Ranges, address: string): boolean {
  try {
    const parsed = ipaddr.parse(address)
    if ('isIPv4MappedAddress' in parsed && parsed.isIPv4MappedAddress())
      return parsed.toIPv4Address().range() === 'unicast'
    return parsed.range() === 'unicast'
  } catch {
    return false
  }
}
