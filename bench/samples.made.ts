// What requests need that only the API can make: keys, links, sessions, invitations and imports.
import { z } from 'zod'
import { PASSWORD } from './fill.ts'
import { memberOf } from './population.ts'
import type { Bench, Role } from './types.ts'

const EACH = 5
const Id = z.object({ id: z.string() })
const Key = Id.extend({ key: z.string() })
const Tokens = z.object({ accessToken: z.string() })
const Link = z.object({ url: z.string() })

/** Values that are drawn once each, by name; `kept` ones can be drawn again. */
export async function madeSamples(
  bench: Bench,
): Promise<{ stock: Record<string, string[]>; kept: [string, string][] }> {
  const { fetch, tokens, people, workspaces } = bench
  const post = async (path: string, body: object, as?: Role) => {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(as && { Authorization: `Bearer ${tokens[as]}` }) },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`)
    return response
  }
  const times = async <T>(make: (i: number) => Promise<T>, most = EACH): Promise<T[]> => {
    const all: T[] = []
    for (let i = 0; i < most; i += 1) all.push(await make(i))
    return all
  }
  const key = async (name: string) =>
    Key.parse(await (await post('/v1/api-keys', { name, scopes: ['leads:read'] }, 'admin')).json())
  const keys = await times((i) => key(`Goes ${i}`))
  const { key: apiKey } = await key('Stays')
  const imported = (i: number) => [{ name: 'Imported', email: `made-${i}@bench.example` }]
  const calendar = Link.parse(await (await post('/v1/calendar', {}, 'manager')).json())
  const made = async (path: string, body: object) => Id.parse(await (await post(path, body, 'admin')).json()).id
  const view = (name: string) => made('/v1/views', { entity: 'lead', name })
  const page = await fetch('/dashboard/sign-in', {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: new URL(bench.url).origin },
    body: new URLSearchParams({ email: people.manager.email, password: PASSWORD }).toString(),
  })
  const cookie = page.headers.getSetCookie().map((each) => each.split(';')[0])
  return {
    stock: {
      apiKeyId: keys.map(({ id }) => id),
      viewToGo: await times((i) => view(`Goes ${i}`)),
      invitation: await times(async (i) => {
        const guest = { email: `asked-${i}@bench.example`, role: 'SALES' }
        return Id.parse(await (await post('/v1/workspace/invitations', guest, 'admin')).json()).id
      }),
      session: await times(async (i) => {
        const login = { email: memberOf(workspaces.large, 24 + i).email, password: PASSWORD }
        return Tokens.parse(await (await post('/v1/auth/login', login)).json()).accessToken
      }, 3 * EACH),
      importId: await times(
        async (i) => Id.parse(await (await post('/v1/imports?entity=customers', imported(i), 'admin')).json()).id,
        4 * EACH,
      ),
    },
    kept: [
      ['apiKey', apiKey],
      ['view', await view('Stays')],
      ['field', await made('/v1/fields', { entity: 'ticket', key: 'stays', type: 'number' })],
      ['webhook', await made('/v1/webhooks', { url: 'http://localhost:9/', types: ['ticket.*'] })],
      ['calendar', new URL(calendar.url).search],
      ['cookie', cookie.join('; ')],
    ],
  }
}
