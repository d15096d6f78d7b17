// /v1/stream: what changes, as it changes, for who sees it. It needs the binding WORKSPACES; without it the routes say so.
import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { type Actor, reach } from '../access/policy'
import { AppError, errors, POST } from '../errors'
import { seqOf } from '../events/event-envelope'
import { Sequence } from '../events/events.schemas'
import { allow, open } from '../http/allow'
import { type AppEnv, ctx } from '../http/context'
import { createRouter, json } from '../http/router'
import { requireStanding } from './live.presence'
import { StreamMessage, StreamQuery, StreamTicket } from './live.schemas'
import { actorOfTicket, FROM_NOW, newTicket, pathOf, VIEWER_HEADER, type Viewer } from './live.viewer'

const tags = ['Events']

const newTicketRoute = createRoute({
  method: 'post',
  path: '/ticket',
  ...allow('workspace:read', { isAsked: true }),
  operationId: 'createStreamTicket',
  tags,
  summary: 'Get a ticket for the stream',
  description: 'Opens a stream as you, for a minute: a browser’s WebSocket sends no access token.',
  responses: { 201: json(StreamTicket, 'The ticket'), ...errors(...POST, 'not_configured') },
})

const openStreamRoute = createRoute({
  method: 'get',
  path: '/',
  ...open,
  operationId: 'openStream',
  tags,
  summary: 'Watch what changes',
  description:
    'A WebSocket, or server-sent events for a request that accepts `text/event-stream`; these end after five minutes and ' +
    'resume by `Last-Event-ID`. Opened by a ticket, or with `Authorization`. Tells of leads, customers, interactions and ' +
    'tickets that you see, and which have left your sight; what hangs on a customer leaves with it. `reset` means that too ' +
    'much was missed: read anew. A socket that closes with 4401 needs a new sign-in. A member or key may have 20 streams ' +
    'open, a workspace 1,000.',
  request: { query: StreamQuery },
  responses: {
    101: { description: 'The WebSocket. Each message is a `StreamMessage` as JSON.' },
    200: { description: 'The events', content: { 'text/event-stream': { schema: StreamMessage } } },
    ...errors('invalid', 'unauthenticated', 'rate_limited', 'not_configured', 'unavailable'),
  },
})

export const liveRoutes = createRouter()
  .openapi(newTicketRoute, async (c) => {
    requireObjects(c)
    const { actor, now, config } = await requireStanding(ctx(c))
    const issued = await newTicket(config, actor, now)
    const path = pathOf(issued.ticket)
    return c.json(StreamTicket.parse({ ...issued, path }), 201, { Location: path })
  })
  .openapi(openStreamRoute, async (c) => {
    const objects = requireObjects(c)
    const { ticket, after } = c.req.valid('query')
    const actor = await requireActor(c, ticket)
    const isSocket = c.req.header('Upgrade')?.toLowerCase() === 'websocket'
    const viewer: Viewer = { actor, seq: startOf(after ?? c.req.header('Last-Event-ID')) }
    const headers = { [VIEWER_HEADER]: JSON.stringify(viewer), ...(isSocket ? { Upgrade: 'websocket' } : {}) }
    const opened = await objects.get(objects.idFromName(actor.workspaceId)).fetch('https://workspace/', { headers })
    if (opened.status === 429)
      throw new AppError('rate_limited', {
        detail: 'You have 20 streams open, or your workspace 1,000.',
        retryAfter: 60,
      })
    // Made anew, so that headers can be added.
    if (isSocket) return new Response(null, { status: 101, webSocket: opened.webSocket })
    return new Response(opened.body, opened)
  })

function requireObjects({ env }: Context<AppEnv>): DurableObjectNamespace {
  if (env.WORKSPACES) return env.WORKSPACES
  throw new AppError('not_configured', {
    detail: 'Streams need the binding WORKSPACES: docs/deploying.md. The feed has the same events.',
  })
}

async function requireActor(c: Context<AppEnv>, ticket: string | undefined): Promise<Actor> {
  const now = new Date().toISOString()
  const actor = ticket === undefined ? c.get('actor') : await actorOfTicket(c.get('config'), ticket, now)
  if (actor && reach(actor, 'workspace:read')) return actor
  const detail =
    ticket === undefined ? 'Send a ticket, or Authorization.' : 'The ticket is unknown or over: get another.'
  throw new AppError('unauthenticated', { detail })
}

// A browser sends back what an event had as its id; anything else begins with what happens next.
function startOf(sequence: string | undefined): number {
  const known = Sequence.safeParse(sequence)
  return known.success ? seqOf(known.data) : FROM_NOW
}
