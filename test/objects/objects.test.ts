// Workspaces in objects of their own: STORAGE=objects.
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { databaseOf } from '../../src/objects/place'
import { api, worker } from '../support/api'
import { PASSWORD, unique } from '../support/factories'

const settings = { ...env, STORAGE: 'objects' }
const fetch = worker({ STORAGE: 'objects' })

it('founds a workspace in an object', async () => {
  const email = `${unique('ada')}@example.com`
  const workspaceName = unique('Team')
  const made = await api(undefined, fetch).v1.auth.register.$post({
    json: { email, password: PASSWORD, name: 'Ada', workspaceName },
  })
  expect(made.status).toBe(201)
  if (made.status !== 201) return
  const { user } = await made.json()
  const rows = await databaseOf(settings, user.workspaceId).prepare('SELECT email FROM users').all()
  expect(rows.results).toEqual([{ email }])
  const again = await api(undefined, fetch).v1.auth.login.$post({ json: { email, password: PASSWORD } })
  expect(again.status).toBe(200)
  const second = await api(undefined, fetch).v1.auth.register.$post({
    json: { email, password: PASSWORD, name: 'Ada', workspaceName },
  })
  expect(second.status).toBe(409)
  const third = await api(undefined, fetch).v1.auth.register.$post({
    json: { email: `${unique('ada')}@example.com`, password: PASSWORD, name: 'Ada', workspaceName },
  })
  expect(third.status).toBe(201)
})
