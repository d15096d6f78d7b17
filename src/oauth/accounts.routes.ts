// /v1/auth/oauth: the provider accounts with which the actor signs in.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { body, createRouter, json } from '../http/router'
import { linkAccount, listAccounts, unlinkAccount } from './accounts.service'
import { openCode } from './oauth.flow'
import { CodeExchange, LinkedAccount, LinkedAccountList, ProviderParam } from './oauth.schemas'

const tags = ['OAuth']

const listLinkedAccountsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('account:read'),
  operationId: 'listLinkedAccounts',
  tags,
  summary: 'List your linked accounts',
  description: 'Lists the provider accounts with which you can sign in.',
  responses: { 200: json(LinkedAccountList, 'Your linked accounts'), ...errors(...READ) },
})

const linkAccountRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('account:write', { isRecent: true }),
  operationId: 'linkAccount',
  tags,
  summary: 'Link a provider account',
  description:
    'Send the code of a sign-in that this browser began, instead of exchanging it for tokens. From then on that ' +
    'provider account signs in as you, whatever its address. If your own address is not verified, the account must have ' +
    'the same address, and yours becomes verified. Needs a sign-in within the last 15 minutes.',
  request: { body: body(CodeExchange) },
  responses: {
    201: json(LinkedAccount, 'The linked account'),
    ...errors(...POST, 'invalid_oauth_code', 'provider_taken', 'identity_taken', 'reauthentication_required'),
  },
})

const unlinkAccountRoute = createRoute({
  method: 'delete',
  path: '/{provider}',
  ...allow('account:write'),
  operationId: 'unlinkAccount',
  tags,
  summary: 'Unlink a provider account',
  description:
    'It can no longer sign in as you. Your only way to sign in cannot be unlinked: set a password or link another provider first.',
  request: { params: ProviderParam },
  responses: { 204: { description: 'Unlinked' }, ...errors(...READ, 'not_found', 'last_way_in') },
})

export const accountRoutes = createRouter()
  .openapi(listLinkedAccountsRoute, async (c) =>
    c.json(LinkedAccountList.parse({ data: await listAccounts(ctx(c)), nextCursor: null }), 200),
  )
  .openapi(linkAccountRoute, async (c) => {
    const context = ctx(c)
    const linked = await linkAccount(context, await openCode(context, c.req.valid('json')))
    return c.json(LinkedAccount.parse(linked), 201, { Location: '/v1/auth/oauth' })
  })
  .openapi(unlinkAccountRoute, async (c) => {
    await unlinkAccount(ctx(c), c.req.valid('param').provider)
    return c.body(null, 204)
  })
