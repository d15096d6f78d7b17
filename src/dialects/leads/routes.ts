// dialect leads: accounts with refresh tokens, users, leads and their activities.
import { type Context, Hono } from 'hono'
import { personOf } from '../../access/person'
import { reach } from '../../access/policy'
import { me } from '../../auth/auth.service'
import { endSession, endSessionOfToken, refreshSession } from '../../auth/sessions.service'
import { type AppEnv, ctx, publicCtx } from '../../http/context'
import { listInteractions } from '../../interactions/interactions.list'
import {
  createInteraction,
  deleteInteraction,
  getInteraction,
  updateInteraction,
} from '../../interactions/interactions.service'
import { rewriteLead } from '../../leads/leads.claim'
import { listLeads } from '../../leads/leads.list'
import { createLead, getLead, trashLead } from '../../leads/leads.service'
import { getUser, listUsers, removeUser } from '../../users/users.service'
import { addAccounts, changeMember, Member } from '../accounts'
import { type Dialect, IdParam, may, says, takes } from '../dialect'
import { numbered, pagination } from '../pages'
import * as wire from './wire'

const app = new Hono<AppEnv>()
app.onError(wire.onError)

addAccounts(app)
app.post(
  '/api/auth/refresh',
  says('Exchange a refresh token', { 200: wire.Tokens }),
  takes('json', wire.RefreshRequest),
  async (c) => c.json(wire.Tokens.parse(await refreshSession(publicCtx(c), c.req.valid('json').refreshToken)), 200),
)
app.post(
  '/api/auth/logout',
  says('Sign out, by refresh token or access token', { 200: wire.Done }),
  takes('json', wire.LogoutRequest),
  async (c) => {
    const { refreshToken } = c.req.valid('json')
    if (refreshToken !== undefined) await endSessionOfToken(publicCtx(c), refreshToken)
    else await endSession(ctx(c), personOf(ctx(c).actor, 'Signing out').sessionId)
    return done(c, 'Logged out successfully')
  },
)
app.get('/api/auth/me', says('Who am I', { 200: Member }), may('account:read'), async (c) =>
  c.json(Member.parse((await me(ctx(c))).user), 200),
)

app.get(
  '/api/users',
  says('List users; ADMIN only', { 200: wire.listOf(Member) }),
  may('users:admin'),
  takes('query', wire.Pages),
  async (c) => {
    const pages = c.req.valid('query')
    const { rows, total } = await listUsers(ctx(c), { ...numbered(pages), team: true })
    return c.json(wire.listOf(Member).parse({ data: rows, pagination: pagination(pages, total) }), 200)
  },
)
app.get('/api/users/:id', says('Get a user', { 200: Member }), may('users:read'), takes('param', IdParam), async (c) =>
  c.json(Member.parse(await getUser(ctx(c), c.req.valid('param').id)), 200),
)
app.put(
  '/api/users/:id',
  says('Change a user', { 200: Member }),
  may('users:write'),
  takes('param', IdParam),
  takes('json', wire.UserPatch),
  async (c) => {
    const user = await changeMember(ctx(c), c.req.valid('param').id, c.req.valid('json'))
    return c.json(Member.parse(user), 200)
  },
)
app.delete(
  '/api/users/:id',
  says('Delete a user; ADMIN only', { 200: wire.Done }),
  may('users:admin'),
  takes('param', IdParam),
  async (c) => {
    await removeUser(ctx(c), c.req.valid('param').id, {})
    return done(c, 'User deleted successfully')
  },
)

app.get(
  '/api/leads',
  says('List leads: all as ADMIN and MANAGER, the own ones as SALES', { 200: wire.listOf(wire.Lead) }),
  may('leads:read'),
  takes('query', wire.LeadQuery),
  async (c) => {
    const { ownerId, search: q, status, source, ...pages } = c.req.valid('query')
    const owner = reach(ctx(c).actor, 'leads:read') === 'all' ? ownerId : 'me'
    const { rows, total } = await listLeads(ctx(c), { ...numbered(pages), q, status, source, owner })
    return c.json(wire.listOf(wire.Lead).parse({ data: rows, pagination: pagination(pages, total) }), 200)
  },
)
app.get(
  '/api/leads/:id',
  says('Get a lead', { 200: wire.Lead }),
  may('leads:read'),
  takes('param', IdParam),
  async (c) => c.json(wire.Lead.parse(await getLead(ctx(c), c.req.valid('param').id, 'leads:write')), 200),
)
app.post(
  '/api/leads',
  says('Make a lead', { 201: wire.Lead }),
  may('leads:write'),
  takes('json', wire.NewLead),
  async (c) => c.json(wire.Lead.parse(await createLead(ctx(c), c.req.valid('json'))), 201),
)
app.put(
  '/api/leads/:id',
  says('Change a lead', { 200: wire.Lead }),
  may('leads:write'),
  takes('param', IdParam),
  takes('json', wire.LeadPatch),
  async (c) => c.json(wire.Lead.parse(await rewriteLead(ctx(c), c.req.valid('param').id, c.req.valid('json'))), 200),
)
app.delete(
  '/api/leads/:id',
  says('Delete a lead', { 200: wire.Done }),
  may('leads:write'),
  takes('param', IdParam),
  async (c) => {
    await trashLead(ctx(c), c.req.valid('param').id)
    return done(c, 'Lead deleted successfully')
  },
)

app.get(
  '/api/activities/lead/:leadId',
  says('List the activities of a lead, newest first', { 200: wire.listOf(wire.Activity) }),
  may('interactions:read'),
  takes('param', wire.LeadParam),
  takes('query', wire.Pages),
  async (c) => {
    const pages = c.req.valid('query')
    const { rows, total } = await listInteractions(ctx(c), { ...numbered(pages), lead: c.req.valid('param').leadId })
    return c.json(wire.listOf(wire.Activity).parse({ data: rows, pagination: pagination(pages, total) }), 200)
  },
)
app.get(
  '/api/activities/:id',
  says('Get an activity', { 200: wire.Activity }),
  may('interactions:read'),
  takes('param', IdParam),
  async (c) => c.json(wire.Activity.parse(await getInteraction(ctx(c), c.req.valid('param').id)), 200),
)
app.post(
  '/api/activities',
  says('Log an activity', { 201: wire.Activity }),
  may('interactions:write'),
  takes('json', wire.NewActivity),
  async (c) => c.json(wire.Activity.parse(await createInteraction(ctx(c), c.req.valid('json'))), 201),
)
app.put(
  '/api/activities/:id',
  says('Change an activity', { 200: wire.Activity }),
  may('interactions:write'),
  takes('param', IdParam),
  takes('json', wire.ActivityPatch),
  async (c) =>
    c.json(wire.Activity.parse(await updateInteraction(ctx(c), c.req.valid('param').id, c.req.valid('json'))), 200),
)
app.delete(
  '/api/activities/:id',
  says('Delete an activity', { 200: wire.Done }),
  may('interactions:write'),
  takes('param', IdParam),
  async (c) => {
    await deleteInteraction(ctx(c), c.req.valid('param').id)
    return done(c, 'Activity deleted successfully')
  },
)

function done(c: Context<AppEnv>, message: string) {
  return c.json({ message }, 200)
}

export const leads: Dialect = {
  name: 'leads',
  title: 'CRM Backend (leads)',
  app,
  base: /^\/api(\/|$)/,
  onError: wire.onError,
  signsIn: ['/api/auth/register', '/api/auth/login', '/api/auth/refresh'],
}
