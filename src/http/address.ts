// The network that a caller is counted by.

const HEX = /^[0-9a-f]{1,4}$/i

/**
 * An IPv4 address as it is; of an IPv6 address the /48, the most that one site is given (RFC 6177): a host has a /64 to
 * itself, and a site 65,536 of them. What is no address is counted together.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  if (!address.includes(':')) return address.slice(0, 45)
  const [head = '', tail, ...more] = address.slice(0, 45).split('::')
  const groups = head.split(':').filter(Boolean)
  const rest = (tail ?? '').split(':').filter(Boolean)
  const missing = 8 - groups.length - rest.length
  const isWhole = tail === undefined ? missing === 0 : missing > 0
  const all = [...groups, ...Array<string>(Math.max(missing, 0)).fill('0'), ...rest]
  if (more.length > 0 || !isWhole || !all.every((group) => HEX.test(group))) return 'unknown'
  const prefix = all.slice(0, 3).map((group) => Number.parseInt(group, 16).toString(16))
  return `${prefix.join(':')}::/48`
}
