// The stream: what changes of what the viewer sees, what passes out of sight, and resuming from the feed.
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, ORIGIN, send, worker } from '../support/api'
import { rows } from '../support/database'
import { customer, enquiry, founder, type Person, team } from '../support/factories'
import { lead } from '../support/leads'

type Message = { op: string; kind?: string; id?: string; version?: number | null; sequence: string }
type Stream = { socket: WebSocket; messages: Message[]; closed: number[] }

async function watch({ token }: Pick<Person, 'token'>, after?: string): Promise<Stream> {
  const { path } = await bodyOf(api(token).v1.stream.ticket.$post({}), 201)
  const response = await send(`${path}${after === undefined ? '' : `&after=${after}`}`, {
    headers: { Upgrade: 'websocket' },
  })
  expect(response.status).toBe(101)
  const socket = response.webSocket ?? expect.fail('no socket')
  const stream: Stream = { socket, messages: [], closed: [] }
  socket.accept()
  socket.addEventListener('message', ({ data }) => stream.messages.push(JSON.parse(String(data))))
  socket.addEventListener('close', ({ code }) => stream.closed.push(code))
  return stream
}

const told = ({ messages }: Stream) => messages.map(({ op, kind, id }) => [op, kind, id])
const settle = (stream: Stream, count: number) =>
  vi.waitFor(() => expect(stream.messages.length).toBe(count), { timeout: 5_000 })
const quiet = () => scheduler.wait(150)

describe('a stream', () => {
  it('tells everybody of what they see, with its version, and nobody of anything else', async () => {
    const { admin, sales, rival, customer: portal } = await team()
    const [all, mine, theirs, none] = [await watch(admin), await watch(sales), await watch(rival), await watch(portal)]
    const { id } = await lead(admin, { ownerId: sales.id })
    await bodyOf(api(sales.token).v1.leads[':id'].$patch({ param: { id }, header: {}, json: { title: 'New' } }), 200)
    await settle(all, 2)
    await settle(mine, 2)
    expect(told(all)).toEqual([
      ['changed', 'lead', id],
      ['changed', 'lead', id],
    ])
    expect(mine.messages.map(({ version }) => version)).toEqual([1, 2])
    await quiet()
    expect([theirs.messages, none.messages]).toEqual([[], []])
  })

  it('says of what passes out of sight that it has left: given away, claimed, trashed, deleted', async () => {
    const { admin, manager, sales, rival } = await team()
    const [all, mine, theirs] = [await watch(manager), await watch(sales), await watch(rival)]
    const inPool = await enquiry(admin.slug)
    await settle(mine, 1)
    await api(rival.token).v1.leads[':id'].claim.$post({ param: { id: inPool } })
    await settle(mine, 2)
    await settle(theirs, 2)
    expect(told(mine)).toEqual([
      ['changed', 'lead', inPool],
      ['left', 'lead', inPool],
    ])
    expect(theirs.messages[1]).toMatchObject({ op: 'changed', id: inPool })
    const target = { param: { id: inPool }, header: {} }
    await api(rival.token).v1.leads[':id'].$delete(target)
    await settle(theirs, 3)
    expect(theirs.messages[2]).toMatchObject({ op: 'left', id: inPool, version: null })
    await settle(all, 3)
    expect(all.messages[2]).toMatchObject({ op: 'left', id: inPool })
    const customerId = await customer(sales)
    const note = await bodyOf(
      api(sales.token).v1.interactions.$post({ json: { customerId, type: 'NOTE', body: 'x' } }),
      201,
    )
    await settle(mine, 3)
    await api(sales.token).v1.interactions[':id'].$delete({ param: { id: note.id }, header: {} })
    await settle(mine, 4)
    expect(told(mine).slice(2)).toEqual([
      ['changed', 'interaction', note.id],
      ['left', 'interaction', note.id],
    ])
    await quiet()
    expect(theirs.messages).toHaveLength(3)
  })

  it('resumes after a sequence, with each record once', async () => {
    const { admin } = await team()
    const first = await watch(admin)
    const { id } = await lead(admin)
    await settle(first, 1)
    first.socket.close(1000)
    await lead(admin)
    await bodyOf(api(admin.token).v1.leads[':id'].$patch({ param: { id }, header: {}, json: { title: 'One' } }), 200)
    await bodyOf(api(admin.token).v1.leads[':id'].$patch({ param: { id }, header: {}, json: { title: 'Two' } }), 200)
    const second = await watch(admin, first.messages[0]?.sequence)
    await settle(second, 2)
    expect(second.messages.at(-1)).toMatchObject({ id, version: 3 })
    expect(second.messages.map(({ sequence }) => sequence)).toEqual(
      second.messages.map(({ sequence }) => sequence).toSorted(),
    )
  })

  it('says reset where too much was missed', async () => {
    const admin = await founder()
    await rows(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
      INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)
      SELECT hex(randomblob(8)), ?1, (SELECT max(seq) FROM events WHERE workspace_id = ?1) + i, 'lead', 'x', 'lead.updated', 'system', ?2 FROM n`,
      admin.workspaceId,
      new Date().toISOString(),
    )
    const stream = await watch(admin, '0')
    await settle(stream, 1)
    expect(stream.messages).toMatchObject([{ op: 'reset' }])
  })

  it('ends with the session, before it tells anything more', async () => {
    const { admin, sales } = await team()
    const stream = await watch(sales)
    await api(sales.token).v1.auth.logout.$post({})
    await enquiry(admin.slug)
    await vi.waitFor(() => expect(stream.closed).toEqual([4401]), { timeout: 5_000 })
    expect(stream.messages).toEqual([])
  })

  it('needs a ticket that is not over, or a token; and the binding', async () => {
    const { token } = await founder()
    await refusalOf(send('/v1/stream'), 401, 'unauthenticated')
    await refusalOf(send('/v1/stream?ticket=made.up.one'), 401, 'unauthenticated')
    const { ticket, expiresAt } = await bodyOf(api(token).v1.stream.ticket.$post({}), 201)
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_001 })
    await refusalOf(send(`/v1/stream?ticket=${ticket}`), 401, 'unauthenticated')
    vi.useRealTimers()
    const without = worker({ WORKSPACES: undefined })
    await refusalOf(api(token, without).v1.stream.ticket.$post({}), 501, 'not_configured')
    await refusalOf(send('/v1/stream', { token }, without), 501, 'not_configured')
    expect((await api(token, without).v1.leads.$post({ json: { title: 'Goes on' } })).status).toBe(201)
  })

  it('is not told of writes once nobody watches', async () => {
    const admin = await founder()
    const watched = () => rows('SELECT workspace_id FROM streams WHERE workspace_id = ?', admin.workspaceId)
    const stream = await watch(admin)
    expect(await watched()).toHaveLength(1)
    stream.socket.close(1000)
    await vi.waitFor(async () => expect(await watched()).toEqual([]), { timeout: 5_000 })
    await lead(admin)
    const object = env.WORKSPACES.get(env.WORKSPACES.idFromName(admin.workspaceId))
    expect(await runInDurableObject(object, (_, state) => state.getWebSockets().length)).toBe(0)
  })

  it('is also server-sent events, which resume by Last-Event-ID', async () => {
    const { admin } = await team()
    const before =
      (await bodyOf(api(admin.token).v1.events.$get({ query: { limit: '1' } }), 200)).data[0]?.sequence ?? ''
    const { id } = await lead(admin)
    const headers = { Authorization: `Bearer ${admin.token}`, Accept: 'text/event-stream', 'Last-Event-ID': before }
    const response = await worker()(`${ORIGIN}/v1/stream`, { headers })
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/event-stream'])
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader() ?? expect.fail('no body')
    let text = ''
    while (!text.includes('data:')) text += (await reader.read()).value ?? ''
    const sequence = /id: (\S+)/.exec(text)?.[1]
    expect(JSON.parse(/data: (.*)/.exec(text)?.[1] ?? '')).toEqual({
      op: 'changed',
      kind: 'lead',
      id,
      version: 1,
      sequence,
    })
    await reader.cancel()
  })
})

describe('streams without end', () => {
  it('are refused past 20 of one member, who keeps none of the others out', async () => {
    const { admin, sales } = await team()
    const { path } = await bodyOf(api(sales.token).v1.stream.ticket.$post({}), 201)
    const open = () => send(path, { headers: { Upgrade: 'websocket' } })
    const opened: WebSocket[] = []
    for (let i = 0; i < 20; i += 1) {
      const { status, webSocket } = await open()
      expect(status).toBe(101)
      webSocket?.accept()
      if (webSocket) opened.push(webSocket)
    }
    expect(await refusalOf(open(), 429, 'rate_limited')).toMatchObject({
      detail: expect.stringContaining('20 streams'),
    })
    await watch(admin)
    opened[0]?.close()
    await vi.waitFor(async () => expect((await open()).status).toBe(101), { timeout: 5_000 })
  })
})
