// GitHub: plain OAuth 2.0 without metadata or ID tokens. Who it is, and by which address, its API says.
import { z } from '@hono/zod-openapi'
import type { AuthorizationServer } from 'oauth4webapi'
import type { Config } from '../config'
import { type Exchange, type Person, patience } from './oauth.exchange'

export function githubServer({ GITHUB_URL }: Config): AuthorizationServer {
  const issuer = `${GITHUB_URL}/login/oauth`
  return { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/access_token` }
}

const User = z.object({ id: z.number().int().positive(), login: z.string(), name: z.string().nullish() })
const Emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

/** The person whom the access token is of. Addresses come from /user/emails alone: the profile shows any, unproven. */
export async function githubPerson({ config, oauth, server, client, response }: Exchange): Promise<Person> {
  const { access_token } = await oauth.processAuthorizationCodeResponse(server, client, response)
  const [user, emails] = await Promise.all([
    ask(config, '/user', access_token).then((answer) => User.parse(answer)),
    ask(config, '/user/emails?per_page=100', access_token).then((answer) => Emails.parse(answer)),
  ])
  const email = emails.find(({ primary, verified }) => primary && verified)?.email
  return { subject: String(user.id), name: user.name || user.login, email }
}

async function ask({ GITHUB_API_URL }: Config, path: string, token: string): Promise<unknown> {
  const response = await fetch(`${GITHUB_API_URL}${path}`, {
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/vnd.github+json',
      // GitHub refuses requests that do not say who is asking.
      'User-Agent': 'edge-crm',
    },
    redirect: 'manual',
    signal: patience(),
  })
  if (!response.ok) throw new Error(`${path.split('?')[0]} answered ${response.status}`)
  return response.json()
}
