// Networks that callers are counted by: IPv4 by address, IPv6 by the /48 of its site, in whatever way it is written.
import { expect, it } from 'vitest'
import { networkOf } from '../../src/http/address'
import { api, send, worker } from '../support/api'

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['local', 'local'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['2001:DB8:0001:ffff::1', '2001:db8:1::/48'],
  ['2001:db8::1', '2001:db8:0::/48'],
  ['2001:db8:1::', '2001:db8:1::/48'],
  ['::1', '0:0:0::/48'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['1:2:3:4:5:6:7:8::9:10', 'unknown'],
  ['1::2::3', 'unknown'],
  ['1:2:3', 'unknown'],
  ['not:an:address', 'unknown'],
  [':', 'unknown'],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

it('a long row of colons is counted as unknown', () => {
  expect(networkOf(':'.repeat(100_000))).toBe('unknown')
})

it('150 networks of one site share one limit, and another site has its own', async () => {
  const fetch = worker({ RATE_LIMIT_MAX: '100' })
  const from = (address: string) => send('/v1/leads', { headers: { 'CF-Connecting-IP': address } }, fetch)
  const addresses = Array.from({ length: 150 }, (_, i) => `2001:db8:77:${i.toString(16)}::1`)
  const answers = await Promise.all(addresses.map(from))
  expect(answers.filter(({ status }) => status !== 429)).toHaveLength(100)
  expect((await from('2001:db8:78::1')).status).toBe(401)
})

it('no address that is told makes a request fail', async () => {
  for (const address of ['1:2:3:4:5:6:7:8::9:10', '::', 'x:y', ':'.repeat(4_000)]) {
    const json = { email: 'nobody@example.com', password: 'x' }
    const answer = await api().v1.auth.login.$post({ json }, { headers: { 'CF-Connecting-IP': address } })
    expect(answer.status).toBe(401)
  }
})
