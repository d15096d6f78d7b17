// Which addresses that people send may be called at all: the rules for the text of an address, before anything is asked of it.
export type OutboundRules = {
  /** Host names of this Worker: it does not call itself. */
  ownHosts: readonly string[]
  /** Whether http://localhost may be called, for development. */
  allowsLocalhost: boolean
}

const MAX_LENGTH = 2_000
/** Scheme and authority of an address, as it is written: no user, no backslash, no space. */
const WRITTEN = /^https:\/\/[^\s/?#@\\]+([/?#]|$)/i
const LOCALHOST = /^http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?([/?#]|$)/i
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/
/** Names that are of no public network (RFC 6761, RFC 8375, RFC 9476, and the usual names of private ones). */
const PRIVATE_SUFFIXES = [
  ...['local', 'localhost', 'localdomain', 'internal', 'intranet', 'private', 'corp', 'home', 'lan', 'arpa'],
  ...['invalid', 'onion', 'alt'],
]

/** What is wrong with an address, in words for the person who sent it; undefined if it may be asked about. */
export function addressProblem(text: string, { ownHosts, allowsLocalhost }: OutboundRules): string | undefined {
  if (text.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`
  if (isLocalhost(text)) return allowsLocalhost ? undefined : 'must begin with https:// and name a public host'
  if (!WRITTEN.test(text) || /[\s\p{Cc}]/u.test(text) || !URL.canParse(text)) {
    return 'must be an address such as https://example.com/hook, without a user and without spaces'
  }
  const { hostname, port } = new URL(text)
  if (port !== '') return 'must use port 443'
  const host = hostname.toLowerCase()
  // URL writes every spelling of a number as four of them.
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) return 'must name its host: an IP address is not called'
  const labels = host.split('.')
  const last = labels.at(-1) ?? ''
  if (labels.length < 2 || host.length > 253 || !labels.every((label) => LABEL.test(label)) || !/[a-z]/.test(last)) {
    return 'must name its host with a dot, such as example.com'
  }
  if (PRIVATE_SUFFIXES.includes(last)) return `must name a public host: .${last} is private`
  return ownHosts.includes(host) ? 'must not be the address of this service' : undefined
}

/** Whether an address is of this machine, which development may call. */
export function isLocalhost(text: string): boolean {
  return LOCALHOST.test(text)
}
