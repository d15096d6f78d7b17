// /v1/users/me/notifications: which mails the actor gets, and when reminders come.
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
  summary: 'Get your notification settings',
  description:
    'Which mails you get, and when you are reminded. Mails about your account, such as a changed password, are always sent.',
  responses: { 200: json(Notifications, 'Your notification settings'), ...errors(...READ) },
})

const setNotificationsRoute = createRoute({
  method: 'patch',
  path: '/me/notifications',
  ...allow('account:write'),
  operationId: 'setNotifications',
  tags,
  summary: 'Change your notification settings',
  description: 'Changes the settings that you send. Quiet hours and the digest apply only to reminders.',
  request: { headers: IfMatch, body: body(NotificationsPatch) },
  responses: { 200: json(Notifications, 'Your changed notification settings'), ...errors(...WRITE, 'stale') },
})

export const notificationRoutes = createRouter()
  .openapi(getNotificationsRoute, async (c) =>
    c.json(Notifications.parse(withEtag(c, await getNotifications(ctx(c)))), 200),
  )
  .openapi(setNotificationsRoute, async (c) => {
    const changed = await setNotifications(ctx(c), c.req.valid('json'), ifVersion(c.req.valid('header')))
    return c.json(Notifications.parse(withEtag(c, changed)), 200)
  })
