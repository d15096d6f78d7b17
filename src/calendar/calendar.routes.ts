// /v1/calendar: the link to the user's calendar feed. /v1/calendar.ics: the feed, readable with the token of the link.
import { createRoute, z } from '@hono/zod-openapi'
import { sha256 } from '../crypto'
import { errors, POST, READ } from '../errors'
import { allow, open } from '../http/allow'
import { ctx, publicCtx } from '../http/context'
import { createRouter, json } from '../http/router'
import { CalendarFeed, CalendarLink, FeedQuery } from './calendar.schemas'
import { closeFeed, getFeed, openFeed, readFeed } from './calendar.service'

const tags = ['Calendar']

const openCalendarRoute = createRoute({
  method: 'post',
  path: '/calendar',
  ...allow('account:write'),
  operationId: 'openCalendar',
  tags,
  summary: 'Get a link to your calendar',
  description:
    'For a calendar program: your follow-ups (also those that you logged of records without an owner, if you see such records), your customers to ' +
    'keep in touch with, and your meetings. The link is shown ' +
    'once. A new link ends the previous one.',
  responses: { 201: json(CalendarLink, 'The link'), ...errors(...POST) },
})

const getCalendarRoute = createRoute({
  method: 'get',
  path: '/calendar',
  ...allow('account:read'),
  operationId: 'getCalendar',
  tags,
  summary: 'See whether you have a calendar link',
  description: 'When it was made, or null. The link itself is never shown again.',
  responses: { 200: json(CalendarFeed, 'When the link was made'), ...errors(...READ) },
})

const closeCalendarRoute = createRoute({
  method: 'delete',
  path: '/calendar',
  ...allow('account:write'),
  operationId: 'closeCalendar',
  tags,
  summary: 'End your calendar link',
  description: 'The link is a 404 from now on.',
  responses: { 204: { description: 'Ended' }, ...errors(...READ, 'not_found') },
})

const readCalendarRoute = createRoute({
  method: 'get',
  path: '/calendar.ics',
  ...open,
  operationId: 'readCalendar',
  tags,
  summary: 'Read a calendar',
  description:
    'As iCalendar (RFC 5545), with the token of the link: 90 days back and a year ahead, at most 1,000 entries. An ' +
    'unchanged calendar is a 304 to its `ETag`. A token that is unknown or was replaced is a 404.',
  request: { query: FeedQuery },
  responses: {
    200: { description: 'The calendar', content: { 'text/calendar': { schema: z.string() } } },
    ...errors('invalid', 'not_found', 'rate_limited', 'unavailable'),
  },
})

export const calendarRoutes = createRouter()
  .openapi(openCalendarRoute, async (c) => {
    const { token, createdAt } = await openFeed(ctx(c))
    const url = `${new URL(c.req.url).origin}/v1/calendar.ics?token=${token}`
    return c.json(CalendarLink.parse({ url, createdAt }), 201, { Location: '/v1/calendar' })
  })
  .openapi(getCalendarRoute, async (c) => c.json(CalendarFeed.parse(await getFeed(ctx(c))), 200))
  .openapi(closeCalendarRoute, async (c) => {
    await closeFeed(ctx(c))
    return c.body(null, 204)
  })
  .openapi(readCalendarRoute, async (c) => {
    const calendar = await readFeed(publicCtx(c), c.req.valid('query').token)
    return c.body(calendar, 200, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'inline; filename="calendar.ics"',
      ETag: `"${await sha256(calendar)}"`,
    })
  })
