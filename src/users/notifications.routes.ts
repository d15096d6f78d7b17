// /v1/users/me/notifications: which mails you get, and when you are reminded.
import { createRoute } from '@hono/zod-openapi'
import { errors, READ, WRITE } from '../errors'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { body, createRouter, json } from '../http/router'
import { Notifications, NotificationsPatch } from './notifications.schemas'
import { getNotifications, setNotifications } from './notifications.service'

const tags = ['Users']

const getNotificationsRoute = createRoute({
  method: 'get',
  path: '/me/notifications',
  ...allow('account:read'),
  operationId: 'getNotifications',
  tags,
  summary: 'See which mails you get, and when you are reminded',
  description: 'Mail about your account itself, such as a changed password, always comes.',
  responses: { 200: json(Notifications, 'Your notifications'), ...errors(...READ) },
})

const setNotificationsRoute = createRoute({
  method: 'patch',
  path: '/me/notifications',
  ...allow('account:write'),
  operationId: 'setNotifications',
  tags,
  summary: 'Set which mails you get, and when you are reminded',
  description: 'What you do not send stays as it is. Quiet hours and the digest are about reminders alone.',
  request: { headers: IfMatch, body: body(NotificationsPatch) },
  responses: { 200: json(Notifications, 'Your notifications as they now are'), ...errors(...WRITE, 'stale') },
})

export const notificationRoutes = createRouter()
  .openapi(getNotificationsRoute, async (c) =>
    c.json(Notifications.parse(withEtag(c, await getNotifications(ctx(c)))), 200),
  )
  .openapi(setNotificationsRoute, async (c) => {
    const now = await setNotifications(ctx(c), c.req.valid('json'), ifVersion(c.req.valid('header')))
    return c.json(Notifications.parse(withEtag(c, now)), 200)
  })
