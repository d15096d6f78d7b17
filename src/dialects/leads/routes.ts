// dialect leads: accounts with refresh tokens, users, leads and their activities.
import { type Context, Hono } from 'hono'
import { requirePerson } from '../../access/person'
import { reach } from '../../access/policy'
import { isPortal } from '../../access/visible'
import { getMe } from '../../auth/auth.service'
import { endSession, endSessionOfToken, refreshSession } from '../../auth/sessions.service'
import { type AppEnv, ctx, publicCtx } from '../../http/context'
import { listInteractions } from '../../interactions/interactions.list'
import {
  createInteraction,
  deleteInteraction,
  getInteraction,
  updateInteraction,
} from '../../interactions/interactions.service'
import { updateLeadAndOwner } from '../../leads/leads.claim'
import { listLeads } from '../../leads/leads.list'
import { createLead, getLead, trashLead } from '../../leads/leads.service'
import { listUsers } from '../../users/users.list'
import { getAuthor, getUser, removeUser } from '../../users/users.service'
import { addAccounts, changeMember, Member } from '../accounts'
import { type Dialect, describe, IdParam, requires, validates } from '../dialect'
import { pagination, toPageRequest } from '../fields'
import * as wire from './wire'

const app = new Hono<AppEnv>()
app.onError(wire.onError)

addAccounts(app)
app.post(
  '/api/auth/refresh',
  describe('Exchange a refresh token', { 200: wire.Tokens }),
  validates('json', wire.RefreshRequest),
  async (c) => c.json(wire.Tokens.parse(await refreshSession(publicCtx(c), c.req.valid('json').refreshToken)), 200),
)
app.post(
  '/api/auth/logout',
  describe('Sign out, by refresh token or access token', { 200: wire.Done }),
  validates('json', wire.LogoutRequest),
  async (c) => {
    const { refreshToken } = c.req.valid('json')
    if (refreshToken !== undefined) await endSessionOfToken(publicCtx(c), refreshToken)
    else await endSession(ctx(c), requirePerson(ctx(c).actor, 'Signing out').sessionId)
    return doneBody(c, 'Logged out successfully')
  },
)
app.get('/api/auth/me', describe('Get your own user', { 200: Member }), requires('account:read'), async (c) =>
  c.json(Member.parse((await getMe(ctx(c))).user), 200),
)

app.get(
  '/api/users',
  describe('List users; ADMIN only', { 200: wire.listOf(Member) }),
  requires('users:admin'),
  validates('query', wire.Pages),
  async (c) => {
    const pages = c.req.valid('query')
    const { rows, total } = await listUsers(ctx(c), { ...toPageRequest(pages), team: true })
    return c.json(wire.listOf(Member).parse({ data: rows, pagination: pagination(pages, total) }), 200)
  },
)
app.get(
  '/api/users/:id',
  describe('Get a user; as SALES of a colleague, the name', { 200: wire.Colleague }),
  requires('users:read'),
  validates('param', IdParam),
  async (c) => {
    const { id } = c.req.valid('param')
    const { actor } = ctx(c)
    // The activities of a lead name their authors, so the team sees the name of every member.
    const { user, author } = await c.var.connection.together(() => {
      const user = getUser(ctx(c), id)
      const author = isPortal(actor) ? user : getAuthor(ctx(c), id).catch(() => user)
      return { user: user.catch(() => undefined), author }
    })
    return c.json(wire.Colleague.parse(user ?? author), 200)
  },
)
app.put(
  '/api/users/:id',
  describe('Change a user', { 200: Member }),
  requires('users:write'),
  validates('param', IdParam),
  validates('json', wire.UserPatch),
  async (c) => {
    const user = await changeMember(ctx(c), c.req.valid('param').id, c.req.valid('json'))
    return c.json(Member.parse(user), 200)
  },
)
app.delete(
  '/api/users/:id',
  describe('Delete a user; ADMIN only', { 200: wire.Done }),
  requires('users:admin'),
  validates('param', IdParam),
  async (c) => {
    await removeUser(ctx(c), c.req.valid('param').id, {})
    return doneBody(c, 'User deleted successfully')
  },
)

app.get(
  '/api/leads',
  describe('List leads: ADMIN and MANAGER get all, SALES their own', { 200: wire.listOf(wire.Lead) }),
  requires('leads:read'),
  validates('query', wire.LeadQuery),
  async (c) => {
    const { ownerId, search: q, status, source, ...pages } = c.req.valid('query')
    const owner = reach(ctx(c).actor, 'leads:read') === 'all' ? ownerId : 'me'
    const { rows, total } = await listLeads(ctx(c), {
      ...toPageRequest(pages),
      q,
      status: status && [status],
      source: source === undefined ? undefined : [source],
      owner,
    })
    return c.json(wire.listOf(wire.Lead).parse({ data: rows, pagination: pagination(pages, total) }), 200)
  },
)
app.get(
  '/api/leads/:id',
  describe('Get a lead', { 200: wire.Lead }),
  requires('leads:read'),
  validates('param', IdParam),
  async (c) => c.json(wire.Lead.parse(await getLead(ctx(c), c.req.valid('param').id, 'leads:write')), 200),
)
app.post(
  '/api/leads',
  describe('Make a lead', { 201: wire.Lead }),
  requires('leads:write'),
  validates('json', wire.NewLead),
  async (c) => c.json(wire.Lead.parse(await createLead(ctx(c), c.req.valid('json'))), 201),
)
app.put(
  '/api/leads/:id',
  describe('Change a lead', { 200: wire.Lead }),
  requires('leads:write'),
  validates('param', IdParam),
  validates('json', wire.LeadPatch),
  async (c) =>
    c.json(wire.Lead.parse(await updateLeadAndOwner(ctx(c), c.req.valid('param').id, c.req.valid('json'))), 200),
)
app.delete(
  '/api/leads/:id',
  describe('Delete a lead', { 200: wire.Done }),
  requires('leads:write'),
  validates('param', IdParam),
  async (c) => {
    await trashLead(ctx(c), c.req.valid('param').id)
    return doneBody(c, 'Lead deleted successfully')
  },
)

app.get(
  '/api/activities/lead/:leadId',
  describe('List the activities of a lead, newest first', { 200: wire.listOf(wire.Activity) }),
  requires('leads:write'),
  validates('param', wire.LeadParam),
  validates('query', wire.Pages),
  async (c) => {
    const pages = c.req.valid('query')
    const { leadId: lead } = c.req.valid('param')
    const { activities } = await c.var.connection.together(() => ({
      lead: getLead(ctx(c), lead, 'leads:write'),
      activities: listInteractions(ctx(c), { ...toPageRequest(pages), lead }),
    }))
    const { rows, total } = activities
    return c.json(wire.listOf(wire.Activity).parse({ data: rows, pagination: pagination(pages, total) }), 200)
  },
)
app.get(
  '/api/activities/:id',
  describe('Get an activity', { 200: wire.Activity }),
  requires('interactions:write'),
  validates('param', IdParam),
  async (c) => {
    const activity = await getInteraction(ctx(c), c.req.valid('param').id, { permission: 'interactions:write' })
    return c.json(wire.Activity.parse(activity), 200)
  },
)
app.post(
  '/api/activities',
  describe('Log an activity', { 201: wire.Activity }),
  requires('interactions:write'),
  validates('json', wire.NewActivity),
  async (c) => c.json(wire.Activity.parse(await createInteraction(ctx(c), c.req.valid('json'))), 201),
)
app.put(
  '/api/activities/:id',
  describe('Change an activity', { 200: wire.Activity }),
  requires('interactions:write'),
  validates('param', IdParam),
  validates('json', wire.ActivityPatch),
  async (c) =>
    c.json(wire.Activity.parse(await updateInteraction(ctx(c), c.req.valid('param').id, c.req.valid('json'))), 200),
)
app.delete(
  '/api/activities/:id',
  describe('Delete an activity', { 200: wire.Done }),
  requires('interactions:write'),
  validates('param', IdParam),
  async (c) => {
    await deleteInteraction(ctx(c), c.req.valid('param').id)
    return doneBody(c, 'Activity deleted successfully')
  },
)

function doneBody(c: Context<AppEnv>, message: string) {
  return c.json({ message }, 200)
}

export const leads: Dialect = {
  name: 'leads',
  title: 'CRM Backend (leads)',
  app,
  base: /^\/api(\/|$)/,
  ownPaths: {
    '/api/auth': '/v1/auth',
    '/api/auth/me': '/v1/users/me',
    '/api/users': '/v1/users',
    '/api/leads': '/v1/leads',
    '/api/activities': '/v1/interactions',
  },
  onError: wire.onError,
  signsIn: ['/api/auth/register', '/api/auth/login', '/api/auth/refresh'],
}
