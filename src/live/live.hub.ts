// The hub of a workspace, in its object: holds the streams of those who watch it, and reads the feed when it is told that something
// happened. WebSockets hibernate: while nothing happens, nothing runs and nothing is paid.

import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { sequenceOf } from '../events/event-envelope'
import { eventsAfter, lastSeqSelect } from '../events/events.feed'
import { MINUTE_MS, SECOND_MS } from '../time'
import { presenceDeletion, presenceInsert } from './live.presence'
import { type Message, messagesFor } from './live.sight'
import { FROM_NOW, VIEWER_HEADER, Viewer } from './live.viewer'

/** How many streams an object holds, and of them one member or key: nobody takes all of them. */
const MAX_STREAMS = 1_000
const MAX_STREAMS_EACH = 20
/** How many events it reads at once, and how far back a stream resumes. */
const PAGE = 200
const MAX_BEHIND = 2_000
const SSE_MS = 5 * MINUTE_MS
const BEAT_MS = 25 * SECOND_MS
/** Closes a socket whose viewer may watch no more: sign in again. */
const ENDED = 4401

/** `reset`: too much was missed. Read anew what you show; what happens from here on follows. */
type Notice = { op: 'reset'; sequence: string }
/** What sends to one viewer. */
type Outlet = {
  viewer: Viewer
  send: (message: Message | Notice) => void
  moveTo: (seq: number) => void
  end: () => void
}

/** What a Durable Object does for the streams of its workspace. `db` gives the database that holds the workspace. */
export class Hub {
  private readonly events = new Set<Outlet>()
  private telling: Promise<void> | undefined
  private isToldAgain = false

  constructor(
    private readonly state: DurableObjectState,
    private readonly db: () => Db,
  ) {
    // A ping is answered without waking the object.
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
  }

  /** `POST` tells that something happened; `GET` opens a stream. */
  async fetch(request: Request): Promise<Response> {
    if (request.method === 'POST') {
      await this.tell()
      return new Response(null, { status: 204 })
    }
    const asked = Viewer.parse(JSON.parse(request.headers.get(VIEWER_HEADER) ?? ''))
    if (!this.hasRoomFor(asked)) return new Response(null, { status: 429 })
    const db = this.db()
    const { workspaceId } = asked.actor
    const { last } = await runBatch(db, {
      here: presenceInsert(db, workspaceId, new Date().toISOString()),
      last: one(lastSeqSelect(db, workspaceId)),
    })
    const viewer = { ...asked, seq: asked.seq === FROM_NOW ? (last?.seq ?? 0) : asked.seq }
    const opened = request.headers.get('Upgrade') === 'websocket' ? this.openSocket(viewer) : this.openEvents(viewer)
    this.state.waitUntil(this.tell())
    return opened
  }

  async webSocketMessage(socket: WebSocket): Promise<void> {
    // A stream has one direction.
    socket.close(1003, 'Nothing is read here')
    await this.leave(socket)
  }

  async webSocketClose(socket: WebSocket): Promise<void> {
    await this.leave(socket)
  }

  async webSocketError(socket: WebSocket): Promise<void> {
    await this.leave(socket)
  }

  private hasRoomFor({ actor }: Viewer): boolean {
    const open = this.outlets()
    const own = open.filter(({ viewer }) => viewer.actor.id === actor.id)
    return open.length < MAX_STREAMS && own.length < MAX_STREAMS_EACH
  }

  private openSocket(viewer: Viewer): Response {
    const { 0: client, 1: server } = new WebSocketPair()
    this.state.acceptWebSocket(server)
    server.serializeAttachment(viewer)
    return new Response(null, { status: 101, webSocket: client })
  }

  private openEvents(viewer: Viewer): Response {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const encoder = new TextEncoder()
    const write = (text: string) => writer.write(encoder.encode(text)).catch(() => outlet.end())
    const outlet: Outlet = {
      viewer,
      send: (message) => write(`id: ${message.sequence}\ndata: ${JSON.stringify(message)}\n\n`),
      moveTo: (seq) => {
        viewer.seq = seq
      },
      end: () => {
        clearInterval(beat)
        clearTimeout(over)
        this.events.delete(outlet)
        writer.close().catch(() => {})
        this.state.waitUntil(this.leave())
      },
    }
    const beat = setInterval(() => write(': \n\n'), BEAT_MS)
    const over = setTimeout(() => outlet.end(), SSE_MS)
    this.events.add(outlet)
    write('retry: 2000\n\n')
    return new Response(readable, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } })
  }

  /** Tells viewers of what has happened, if there are any. */
  tellIfWatched(): void {
    if (this.outlets().length > 0) this.state.waitUntil(this.tell())
  }

  // One at a time; what happens meanwhile is told after it.
  private tell(): Promise<void> {
    if (this.telling) {
      this.isToldAgain = true
      return this.telling
    }
    this.telling = this.tellAll().finally(() => {
      this.telling = undefined
      if (!this.isToldAgain) return
      this.isToldAgain = false
      this.state.waitUntil(this.tell())
    })
    return this.telling
  }

  private async tellAll(): Promise<void> {
    const db = this.db()
    for (let isMore = true; isMore; ) {
      const outlets = this.outlets()
      const [first] = outlets
      if (!first) return this.leave()
      const { workspaceId } = first.viewer.actor
      isMore = await tellPage(db, workspaceId, outlets)
    }
  }

  private outlets(): Outlet[] {
    const sockets = this.state.getWebSockets().flatMap((socket): Outlet[] => {
      const parsed = Viewer.safeParse(socket.deserializeAttachment())
      return parsed.success && socket.readyState === WebSocket.OPEN ? [socketOutlet(socket, parsed.data)] : []
    })
    return [...sockets, ...this.events]
  }

  // When the last viewer has gone, writes tell this object no more.
  private async leave(gone?: WebSocket): Promise<void> {
    const left = this.state.getWebSockets().filter((socket) => socket !== gone && socket.readyState === WebSocket.OPEN)
    const workspaceId = this.state.id.name
    if (left.length > 0 || this.events.size > 0 || workspaceId === undefined) return
    const db = this.db()
    await runBatch(db, { gone: presenceDeletion(db, workspaceId) })
  }
}

function socketOutlet(socket: WebSocket, viewer: Viewer): Outlet {
  return {
    viewer,
    send: (message) => socket.send(JSON.stringify(message)),
    moveTo: (seq) => socket.serializeAttachment({ ...viewer, seq }),
    end: () => socket.close(ENDED, 'The session, the key or the role has ended'),
  }
}

// Tells everybody of the next events after the number of who is furthest behind; whether there are more.
async function tellPage(db: Db, workspaceId: string, outlets: readonly Outlet[]): Promise<boolean> {
  const start = Math.min(...outlets.map(({ viewer }) => viewer.seq))
  const { rows, last } = await runBatch(db, {
    rows: eventsAfter(db, workspaceId, start, PAGE),
    last: one(lastSeqSelect(db, workspaceId)),
  })
  const end = last?.seq ?? 0
  const far = outlets.filter(({ viewer }) => end - viewer.seq > MAX_BEHIND)
  for (const outlet of far) {
    outlet.send({ op: 'reset', sequence: sequenceOf(end) })
    outlet.moveTo(end)
  }
  if (far.length > 0) return true
  const upTo = rows.at(-1)?.seq
  if (upTo === undefined) return false
  // Viewers with one session see the same, and from one number on are told the same.
  const groups = Map.groupBy(outlets, ({ viewer }) => JSON.stringify(viewer))
  for (const group of groups.values()) {
    const [{ viewer } = { viewer: undefined }] = group
    if (!viewer) continue
    const messages = await messagesFor(
      db,
      viewer.actor,
      rows.filter(({ seq }) => seq > viewer.seq),
    )
    for (const outlet of group) {
      if (!messages) outlet.end()
      else for (const message of messages) outlet.send(message)
      if (messages) outlet.moveTo(Math.max(viewer.seq, upTo))
    }
  }
  return upTo < end
}
