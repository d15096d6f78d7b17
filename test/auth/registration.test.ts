// Registering: a new workspace with its ADMIN, whole or not at all, however many try at once.
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { api, problemOf, send, worker } from '../support/api'
import { count, rows, selectAll, sizes } from '../support/database'
import { founder, member, PASSWORD, unique } from '../support/factories'

const TABLES = ['workspaces', 'users', 'sessions', 'events', 'one_time_tokens']

type Registration = { email: string; password: string; name: string; workspaceName?: string; invitationToken?: string }

const register = (fields: Partial<Registration> = {}, fetch?: typeof globalThis.fetch) => {
  const json = { email: `${unique('ada')}@example.com`, password: PASSWORD, name: 'Ada Lovelace', ...fields }
  return api(undefined, fetch).v1.auth.register.$post({ json })
}

async function made(response: Awaited<ReturnType<typeof register>>) {
  if (response.status !== 201) throw new Error(`registration answered ${response.status}`)
  return response.json()
}

describe('registering', () => {
  it('makes a workspace with its ADMIN, signed in at once', async () => {
    const email = `${unique('grace')}@example.com`
    const response = await register({ email, name: 'Grace Hopper', workspaceName: 'Naval Computing' })
    expect(response.headers.get('Location')).toBe('/v1/auth/me')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    const { user, workspace, accessToken, refreshToken, expiresIn } = await made(response)
    expect(user).toMatchObject({ email, name: 'Grace Hopper', role: 'ADMIN', status: 'ACTIVE', username: null })
    expect(user.workspaceId).toBe(workspace.id)
    expect(workspace).toMatchObject({ name: 'Naval Computing', slug: 'naval-computing', plan: 'FREE' })
    expect(expiresIn).toBe(900)
    const me = await api(accessToken).v1.auth.me.$get()
    expect(await me.json()).toEqual({ user, workspace })
    expect((await api().v1.auth.refresh.$post({ json: { refreshToken } })).status).toBe(200)
  })

  it('never shows the password or its hash', async () => {
    const body = JSON.stringify(await made(await register()))
    expect(body).not.toContain(PASSWORD)
    expect(body).not.toMatch(/password|hash|\$2[aby]\$/i)
  })

  it('names the workspace after the founder where no name is sent', async () => {
    const { workspace } = await made(await register({ name: 'Émilie du Châtelet' }))
    expect(workspace).toMatchObject({ name: 'Émilie du Châtelet', slug: 'emilie-du-chatelet' })
  })

  it('gives workspaces of one name a slug each, also when they are founded at once', async () => {
    const workspaceName = unique('Twin Studios')
    const founded = await Promise.all(Array.from({ length: 8 }, async () => made(await register({ workspaceName }))))
    const slugs = founded.map(({ workspace }) => workspace.slug)
    const plain = workspaceName.toLowerCase().replace(' ', '-')
    expect(new Set(slugs).size).toBe(8)
    expect(slugs.filter((slug) => slug === plain)).toHaveLength(1)
    for (const slug of slugs) expect(slug).toMatch(new RegExp(`^${plain}(-[0-9a-f]{8})?$`))
  })

  it('makes a slug of a name without any Latin letter', async () => {
    const { workspace } = await made(await register({ workspaceName: '株式会社' }))
    expect(workspace.slug).toMatch(/^workspace(-[0-9a-f]{8})?$/)
  })

  it('refuses an e-mail that has an account, in whatever case, and leaves nothing half-made', async () => {
    const { email } = await founder()
    const before = await sizes(...TABLES)
    for (const again of [email, email.toUpperCase(), `  ${email} `]) {
      const problem = await problemOf(await register({ email: again }))
      expect(problem).toMatchObject({ status: 409, code: 'email_taken' })
    }
    expect(await sizes(...TABLES)).toEqual(before)
  })

  it('makes one account of 10 who register the same e-mail at once', async () => {
    const before = await sizes(...TABLES)
    const email = `${unique('race')}@example.com`
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => register({ email: i % 2 ? email : email.toUpperCase() })),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array(9).fill(409)])
    const one = ({ workspaces = 0, users = 0, sessions = 0, events = 0, ...rest }: typeof before) => ({
      ...rest,
      workspaces: workspaces + 1,
      users: users + 1,
      sessions: sessions + 1,
      events: events + 1,
    })
    expect(await sizes(...TABLES)).toEqual(one(before))
  })

  it('stores the e-mail in lower case and records who registered', async () => {
    const email = `${unique('MiXeD')}@Example.COM`
    const { user } = await made(await register({ email }))
    expect(user.email).toBe(email.toLowerCase())
    expect(await rows('SELECT verb, actor_type, workspace_id FROM events WHERE subject_id = ?', user.id)).toEqual([
      { verb: 'user.registered', actor_type: 'public', workspace_id: user.workspaceId },
    ])
  })

  it.each([
    ['a role', { role: 'ADMIN' }],
    ['a workspace', { workspaceId: crypto.randomUUID() }],
    ['a status', { status: 'ACTIVE' }],
  ])('refuses %s of the caller’s own choice', async (_what, extra) => {
    const json = { email: `${unique('x')}@example.com`, password: PASSWORD, name: 'X', ...extra }
    const problem = await problemOf(await send('/v1/auth/register', { method: 'POST', json }))
    expect(problem).toMatchObject({ status: 400, errors: [{ path: `body.${Object.keys(extra)[0]}`, code: 'unknown' }] })
    expect(await count('users', 'email = ?', json.email)).toBe(0)
  })
})

describe('an account that tests write past the API', () => {
  const COPIED = [
    'SELECT * FROM workspaces WHERE id = ?',
    'SELECT * FROM users WHERE workspace_id = ?',
    'SELECT * FROM sessions WHERE workspace_id = ?',
    `SELECT * FROM events WHERE verb <> 'invitation.created' AND workspace_id = ?`,
  ]
  const OWN = /(^|_)(id|name|slug|email|hash|seq|at)$|^user_agent$/

  // What no two accounts share is left as whether it is there.
  const rowsOf = async ({ workspaceId }: { workspaceId: string }) => {
    const tables = await selectAll<Record<string, unknown>>(COPIED, workspaceId)
    const masked = (row: Record<string, unknown>) =>
      Object.entries(row).map(([column, value]) => [column, OWN.test(column) ? value !== null : value])
    return tables.map((all) => all.map((row) => Object.fromEntries(masked(row))))
  }

  it('is as registration and the link in its mail make one, alone and as a member', async () => {
    const { user, accessToken } = await made(await register())
    const email = `${unique('sal')}@example.com`
    const invited = await api(accessToken).v1.workspace.invitations.$post({ json: { email, role: 'SALES' } })
    if (invited.status !== 201) throw new Error('invitation failed')
    await made(await register({ email, invitationToken: (await invited.json()).token }))
    await env.DB.prepare('UPDATE users SET email_verified_at = created_at WHERE workspace_id = ?')
      .bind(user.workspaceId)
      .run()

    const admin = await founder()
    await member(admin, 'SALES')
    expect(await rowsOf(admin)).toEqual(await rowsOf(user))
  })
})

describe('SIGNUP', () => {
  it('closed: refuses everybody, the invited too', async () => {
    const admin = await founder()
    const email = `${unique('late')}@example.com`
    const invited = await api(admin.token).v1.workspace.invitations.$post({ json: { email, role: 'SALES' } })
    if (invited.status !== 201) throw new Error('invitation failed')
    const { token } = await invited.json()
    const closed = worker({ SIGNUP: 'closed' })
    const before = await sizes(...TABLES)
    for (const invitationToken of [undefined, token]) {
      const problem = await problemOf(await register({ email, invitationToken }, closed))
      expect(problem).toMatchObject({ status: 403, code: 'signup_closed' })
    }
    expect(await sizes(...TABLES)).toEqual(before)
    expect((await register({ email, invitationToken: token })).status).toBe(201)
  })

  it('invite: refuses whoever has no invitation, once there is a workspace', async () => {
    await founder()
    const before = await sizes(...TABLES)
    const problem = await problemOf(await register({}, worker({ SIGNUP: 'invite' })))
    expect(problem).toMatchObject({ status: 403, code: 'signup_closed' })
    expect(await sizes(...TABLES)).toEqual(before)
  })
})
