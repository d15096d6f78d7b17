// /v1/workspace: the actor's workspace and the invitations to it.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { invite, listInvitations, withdrawInvitation } from './invitations.service'
import {
  InvitationPage,
  InvitationQuery,
  IssuedInvitation,
  NewInvitation,
  Workspace,
  WorkspacePatch,
} from './workspaces.schemas'
import { getWorkspace, updateWorkspace } from './workspaces.service'

const tags = ['Workspace']

const getWorkspaceRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('workspace:read'),
  operationId: 'getWorkspace',
  tags,
  summary: 'Get the workspace',
  description: 'The workspace that your account belongs to.',
  responses: { 200: json(Workspace, 'The workspace'), ...errors(...READ) },
})

const updateWorkspaceRoute = createRoute({
  method: 'patch',
  path: '/',
  ...allow('workspace:write'),
  operationId: 'updateWorkspace',
  tags,
  summary: 'Change the workspace',
  description: 'Changes the fields that you send. A new slug changes the address of public forms.',
  request: { headers: IfMatch, body: body(WorkspacePatch) },
  responses: { 200: json(Workspace, 'The changed workspace'), ...errors(...WRITE, 'slug_taken', 'stale') },
})

const inviteRoute = createRoute({
  method: 'post',
  path: '/invitations',
  ...allow('invitations:write'),
  operationId: 'invite',
  tags,
  summary: 'Invite a person',
  description:
    'Returns a token with which this e-mail address can register in the workspace, once, within 7 days, and mails it ' +
    'there as a link. The token is shown only here. Inviting an address again replaces its open invitation. The mail ' +
    'names you if your own address is verified.',
  request: { body: body(NewInvitation) },
  responses: {
    201: json(IssuedInvitation, 'The invitation with its token'),
    ...errors(...POST, 'email_taken', 'plan_limit', 'mail_limit'),
  },
})

const listInvitationsRoute = createRoute({
  method: 'get',
  path: '/invitations',
  ...allow('invitations:write'),
  operationId: 'listInvitations',
  tags,
  summary: 'List open invitations',
  description:
    'Lists invitations that are neither accepted nor expired and whose inviter may still invite, newest first.',
  request: { query: InvitationQuery },
  responses: { 200: json(InvitationPage, 'A page of invitations'), ...errors(...READ, 'invalid_cursor') },
})

const withdrawInvitationRoute = createRoute({
  method: 'delete',
  path: '/invitations/{id}',
  ...allow('invitations:write'),
  operationId: 'withdrawInvitation',
  tags,
  summary: 'Withdraw an invitation',
  description: 'Its token becomes invalid.',
  request: { params: IdParam },
  responses: { 204: { description: 'Withdrawn' }, ...errors(...READ, 'not_found') },
})

export const workspaceRoutes = createRouter()
  .openapi(getWorkspaceRoute, async (c) => c.json(Workspace.parse(withEtag(c, await getWorkspace(ctx(c)))), 200))
  .openapi(updateWorkspaceRoute, async (c) => {
    const updated = await updateWorkspace(ctx(c), c.req.valid('json'), ifVersion(c.req.valid('header')))
    return c.json(Workspace.parse(withEtag(c, updated)), 200)
  })
  .openapi(inviteRoute, async (c) => {
    const issued = IssuedInvitation.parse(await invite(ctx(c), c.req.valid('json')))
    return c.json(issued, 201, { Location: `/v1/workspace/invitations/${issued.id}` })
  })
  .openapi(listInvitationsRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listInvitations(ctx(c), query))
    return c.json(InvitationPage.parse(page), 200)
  })
  .openapi(withdrawInvitationRoute, async (c) => {
    await withdrawInvitation(ctx(c), c.req.valid('param').id)
    return c.body(null, 204)
  })
