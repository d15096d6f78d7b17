// /v1/users: lists, changes and removes members of the workspace.
import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { errors, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { type AppEnv, ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { listColleagues } from './users.list'
import { Handover, MemberParam, User, UserPage, UserPatch, UserQuery } from './users.schemas'
import { getUser, removeUser, updateUser } from './users.service'

const tags = ['Users']

const listUsersRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('users:read'),
  operationId: 'listUsers',
  tags,
  summary: 'List members',
  description:
    'Lists members in the order in which they joined. SALES see of colleagues id, name and status, and of customers ' +
    'with a login nothing; CUSTOMER see only themselves. The filter `role` finds only those whose role you see.',
  request: { query: UserQuery },
  responses: { 200: json(UserPage, 'A page of members'), ...errors(...READ, 'invalid_cursor') },
})

const getUserRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('users:read'),
  operationId: 'getUser',
  tags,
  summary: 'Get a member',
  description: 'SALES and CUSTOMER see only themselves. `me` is your own id.',
  request: { params: MemberParam },
  responses: { 200: json(User, 'The member'), ...errors(...READ, 'not_found') },
})

const updateUserRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('users:write'),
  operationId: 'updateUser',
  tags,
  summary: 'Change a member',
  description:
    'All members change their own name, username, time zone and language, by the id `me`; an ADMIN changes those of ' +
    'everyone, and role and status. A member who becomes INACTIVE or a CUSTOMER is signed out, and the leads and customers go to ' +
    '`reassignTo` or to nobody: up to about 60 of each at once, more by a job (`GET /v1/jobs?subjectId=` this id). ' +
    'API keys of a former ADMIN stay valid: `/v1/api-keys` marks them.',
  request: { params: MemberParam, query: Handover, headers: IfMatch, body: body(UserPatch) },
  responses: {
    200: json(User, 'The changed member'),
    ...errors(...WRITE, 'not_found', 'username_taken', 'last_admin', 'invalid_owner', 'plan_limit', 'stale'),
  },
})

const removeUserRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('users:admin'),
  operationId: 'removeUser',
  tags,
  summary: 'Remove a member',
  description:
    'Signs the member out everywhere; the leads and customers go to `reassignTo` or to nobody: up to about 60 of each at ' +
    'once, more by a job (`GET /v1/jobs?subjectId=` this id). API keys that the member created stay valid: `/v1/api-keys` marks them.',
  request: { params: IdParam, query: Handover, headers: IfMatch },
  responses: {
    204: { description: 'Removed' },
    ...errors(...READ, 'not_found', 'last_admin', 'invalid_owner', 'stale'),
  },
})

const memberIn = (c: Context<AppEnv>, { id }: { id: string }) => (id === 'me' ? ctx(c).actor.id : id)

export const userRoutes = createRouter()
  .openapi(listUsersRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listColleagues(ctx(c), query))
    return c.json(UserPage.parse(page), 200)
  })
  .openapi(getUserRoute, async (c) =>
    c.json(User.parse(withEtag(c, await getUser(ctx(c), memberIn(c, c.req.valid('param'))))), 200),
  )
  .openapi(updateUserRoute, async (c) => {
    const conditions = { ...c.req.valid('query'), ifVersion: ifVersion(c.req.valid('header')) }
    const updated = await updateUser(ctx(c), memberIn(c, c.req.valid('param')), c.req.valid('json'), conditions)
    return c.json(User.parse(withEtag(c, updated)), 200)
  })
  .openapi(removeUserRoute, async (c) => {
    const conditions = { ...c.req.valid('query'), ifVersion: ifVersion(c.req.valid('header')) }
    await removeUser(ctx(c), c.req.valid('param').id, conditions)
    return c.body(null, 204)
  })
