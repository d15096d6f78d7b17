// A real OAuth provider for the tests, in two dresses: OpenID Connect like Google's, and GitHub's with a bit of its API.
// Whoever is sent to its page agrees at once, as the person that `?person=` says; a person may also be up to something.
// `node test/support/oauth-provider.mjs` starts it by itself, to try the flow by hand.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { OAuth2Server } from 'oauth2-mock-server'

const CLIENT = { id: 'edge-crm-at-the-provider', secret: 'client-secret-that-nobody-logs' }
const SOMEBODY = { sub: '1001', id: 1001, login: 'johndoe', name: 'John Doe', email: 'john@example.com' }

const inPlain = (part) => JSON.parse(Buffer.from(part, 'base64url'))
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

// What a person's provider may do to the ID token before it is sent.
const FORGERIES = {
  unsigned: ([, payload]) => `${encoded({ alg: 'none', typ: 'JWT' })}.${payload}.`,
  altered: ([head, payload, signature]) => `${head}.${encoded({ ...inPlain(payload), sub: 'else' })}.${signature}`,
  keyless: ([head, payload, signature]) => `${encoded({ ...inPlain(head), kid: 'unknown' })}.${payload}.${signature}`,
}

async function provider(endpoints, answerOf) {
  const server = new OAuth2Server(undefined, undefined, { endpoints })
  await server.issuer.keys.generate('RS256')
  await server.start(0, '127.0.0.1')
  server.issuer.url = `http://127.0.0.1:${server.address().port}`
  const codes = new Map()

  server.service.on('beforeAuthorizeRedirect', ({ url }, { query }) => {
    const person = { ...SOMEBODY, ...(query.person ? inPlain(query.person) : {}) }
    codes.set(url.searchParams.get('code'), { person, redirectUri: query.redirect_uri, client: query.client_id })
    if (!person.error) return
    url.searchParams.delete('code')
    url.searchParams.set('error', person.error)
  })
  server.service.on('beforeTokenSigning', ({ payload }, { body }) => {
    const { sub, email, name, email_verified = true, claims } = codes.get(body.code)?.person ?? {}
    Object.assign(payload, { sub, email, name, email_verified, ...claims })
    // JSON knows no undefined: a claim that is to be left out comes as null.
    for (const name of Object.keys(payload)) if (payload[name] === null) delete payload[name]
  })
  server.service.on('beforeResponse', (response, { body }) => {
    const { person, redirectUri, client } = codes.get(body.code) ?? {}
    const isOurs =
      body.client_id === client && body.client_secret === CLIENT.secret && body.redirect_uri === redirectUri
    if (!isOurs) return Object.assign(response, { statusCode: 400, body: { error: 'invalid_client' } })
    if (person.forgery) response.body.id_token = FORGERIES[person.forgery](response.body.id_token.split('.'))
    response.body = person.answer ?? answerOf(response.body, person)
    response.statusCode = person.status ?? response.statusCode
  })
  return server
}

async function start() {
  const holders = new Map()
  const asked = []
  const google = await provider({}, (answer) => answer)
  const endpoints = { authorize: '/login/oauth/authorize', token: '/login/oauth/access_token' }
  const github = await provider(endpoints, ({ access_token }, person) => {
    holders.set(access_token, person)
    return { access_token, token_type: 'bearer', scope: 'user:email' }
  })

  // GitHub's API; what lies below /silent is never answered, and /asked tells who has asked for it.
  const api = createServer(({ url, headers }, response) => {
    const { pathname } = new URL(url, 'http://api')
    const say = (status, value) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
    }
    if (pathname.startsWith('/silent/')) return asked.push(url)
    if (pathname === '/asked') return say(200, asked)
    const person = holders.get(headers.authorization?.replace('Bearer ', ''))
    if (!person || !headers['user-agent']) return say(401, { message: 'Bad credentials' })
    const { id, login, name, email, apiStatus = 200 } = person
    const own = [{ email, primary: true, verified: true, visibility: null }]
    if (pathname === '/user') return say(apiStatus, { id, login, name, email: 'shown@example.com' })
    if (pathname === '/user/emails') return say(apiStatus, person.emails ?? own)
    return say(404, { message: 'Not Found' })
  })
  await new Promise((resolve) => api.listen(0, '127.0.0.1', resolve))

  const stop = async () => {
    await Promise.all([google.stop(), github.stop()])
    api.closeAllConnections()
    await new Promise((resolve) => api.close(resolve))
  }
  const urls = { google: google.issuer.url, github: github.issuer.url, api: `http://127.0.0.1:${api.address().port}` }
  return { ...urls, client: CLIENT, stop }
}

export default async function setup(project) {
  const { stop, ...shown } = await start()
  project.provide('oauth', shown)
  return stop
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { google, github, api } = await start()
  const settings = {
    ...{ GOOGLE_CLIENT_ID: CLIENT.id, GOOGLE_CLIENT_SECRET: CLIENT.secret, GOOGLE_ISSUER: google },
    ...{ GITHUB_CLIENT_ID: CLIENT.id, GITHUB_CLIENT_SECRET: CLIENT.secret, GITHUB_URL: github, GITHUB_API_URL: api },
  }
  const vars = Object.entries(settings).map(([name, value]) => `--var ${name}:${value}`)
  console.log(`npm run dev -- ${vars.join(' ')}`)
}
