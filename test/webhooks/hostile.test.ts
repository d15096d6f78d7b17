// Addresses that must not be called: refused when a webhook is made or changed, and again when something is sent.
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { loadIpaddr } from '../../src/late'
import { isPublic } from '../../src/outbound/outbound.resolve'
import { bodyOf, refusalOf } from '../support/answers'
import { api, worker } from '../support/api'
import { rows } from '../support/database'
import { founder, type Person } from '../support/factories'
import { lead } from '../support/leads'
import { type Received, receivers } from '../support/receiver'
import { deliveries, HOOK, webhook } from '../support/webhooks'

const HOSTILE = [
  'http://example.com/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'https://localhost/',
  'https://localhost./',
  'https://LOCALHOST:443/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://0/',
  'https://１２７.0.0.1/',
  'https://①②⑦.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[fe80::1%25eth0]/',
  'https://169.254.169.254/latest/meta-data',
  'https://10.0.0.8/',
  'https://192.168.1.1/',
  'https://100.64.0.1/',
  'https://93.184.215.14/',
  'https://example.com:8443/',
  'https://example.com:22/',
  'https://user@example.com/',
  'https://user:password@example.com/',
  'https://@example.com/',
  'https://example.com\\@127.0.0.1/',
  'https://example.com\t.evil.test/',
  ' https://example.com/',
  'https://intranet/',
  'https://example.com./',
  'https://printer.local/',
  'https://metadata.google.internal/',
  'https://a.localhost/',
  'https://router.lan/',
  'https://x.onion/',
  'https://crm.test/v1/enquiries',
  'https://rebound.hostile.example.com/',
  'https://mixed.hostile.example.com/',
  'https://six.hostile.example.com/',
  'https://mapped.hostile.example.com/',
  'https://metadata.hostile.example.com/',
  'https://nowhere.hostile.example.com/',
  'https://broken.hostile.example.com/',
  `https://example.com/${'x'.repeat(2_000)}`,
]

const { default: ipaddr } = await loadIpaddr()
let admin: Person
let got: Received[]

beforeAll(async () => {
  admin = await founder()
})
afterEach(() => {
  vi.restoreAllMocks()
})

it('are more than forty', () => {
  expect(new Set(HOSTILE).size).toBeGreaterThan(40)
})

it.each(HOSTILE)('%s is refused when it is given', async (url) => {
  got = receivers()
  const { token } = admin
  const problem = await refusalOf(api(token).v1.webhooks.$post({ json: { url, types: ['*'] } }), 400, 'invalid')
  expect(problem.errors?.map(({ path }) => path)).toEqual(['body.url'])
  expect(got).toEqual([])
})

it('are refused in a change as well', async () => {
  got = receivers()
  const { id } = await webhook(admin)
  const json = { url: 'https://rebound.hostile.example.com/' }
  const changing = api(admin.token).v1.webhooks[':id'].$patch({ param: { id }, header: {}, json })
  await refusalOf(changing, 400, 'invalid')
  await rows('DELETE FROM webhooks')
})

it.each(HOSTILE.filter((url) => !url.includes('crm.test')))('%s is refused when something is sent', async (url) => {
  got = receivers()
  const { id } = await webhook(admin)
  await rows('UPDATE webhooks SET url = ? WHERE id = ?', url, id)
  await lead(admin)
  expect(got).toEqual([])
  expect(await deliveries(admin, id)).toMatchObject([{ state: 'PENDING', status: null, error: 'refused' }])
  await rows('DELETE FROM webhooks')
})

it('is this service under its public name, when something is sent', async () => {
  got = receivers()
  const { id } = await webhook(admin)
  await rows('UPDATE webhooks SET url = ? WHERE id = ?', 'https://crm.example.com/v1/enquiries', id)
  const fetch = worker({ PUBLIC_URL: 'https://crm.example.com' })
  await bodyOf(api(admin.token, fetch).v1.leads.$post({ json: { title: 'Loop' } }), 201)
  expect(got).toEqual([])
  await rows('DELETE FROM webhooks')
})

it('of this machine is called in development, if a setting says so', async () => {
  got = receivers()
  const fetch = worker({ OUTBOUND_LOCALHOST: 'true' })
  const json = { url: 'http://localhost:9000/hook', types: ['lead.*'] }
  await bodyOf(api(admin.token, fetch).v1.webhooks.$post({ json }), 201)
  await bodyOf(api(admin.token, fetch).v1.leads.$post({ json: { title: 'Local' } }), 201)
  expect(got.map(({ url }) => url)).toEqual(['http://localhost:9000/hook'])
  await rows('DELETE FROM webhooks')
})

it('a redirect leads nowhere', async () => {
  const headers = { Location: 'http://169.254.169.254/latest/meta-data' }
  got = receivers({ 'hooks.example.com': () => new Response(null, { status: 302, headers }) })
  const { id } = await webhook(admin)
  await lead(admin)
  expect(got.map(({ url }) => url)).toEqual([HOOK])
  expect(await deliveries(admin, id)).toMatchObject([{ status: 302, error: 'redirect' }])
})

it.each([
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1', '192.0.0.1', '192.168.0.1'],
  ...['198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '::', '::1', 'fc00::1', 'fe80::1', 'ff02::1'],
  ...['::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', '2001:db8::1', 'no address', ''],
])('%s is no address of the public internet', (address) => {
  expect(isPublic(ipaddr, address)).toBe(false)
})

it.each(['93.184.215.14', '1.1.1.1', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('%s is one', (address) => {
  expect(isPublic(ipaddr, address)).toBe(true)
})
