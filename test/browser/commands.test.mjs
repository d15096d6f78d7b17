// Room: test/browser. The commands `import` and `move` against Workers on real ports, failures included.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startWorker } from '../../scripts/worker.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ADA = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery', workspaceName: 'Moving' }
const folder = mkdtempSync(join(tmpdir(), 'edge-crm-commands-'))
let [from, to] = []
let [fromKey, toKey] = []

function ran(script, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts', script), ...args], { env: { ...process.env, ...env } })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err += chunk))
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

async function call(url, path, { token, json, method = json ? 'POST' : 'GET' } = {}) {
  const headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) }
  const response = await fetch(`${url}${path}`, { method, headers, ...(json ? { body: JSON.stringify(json) } : {}) })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text && JSON.parse(text)
}

const tokenOf = async (url) => (await call(url, '/v1/auth/register', { json: ADA })).accessToken
const fileOf = (name, text) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

before(async () => {
  from = await startWorker()
  to = await startWorker()
  fromKey = await tokenOf(from.url)
  toKey = await tokenOf(to.url)
})

after(async () => {
  await from?.dispose()
  await to?.dispose()
  rmSync(folder, { recursive: true })
})

test('import shows what a file would become, writes it, and says how to take it back', async () => {
  const file = fileOf('people.csv', 'Name,E-mail,Plan\nAnn,ann@example.com,gold\nBob,bob@example.com,\n')
  const env = { EDGE_CRM_KEY: fromKey }
  const preview = await ran('import.ts', [file, '--url', from.url, '--preview'], env)
  assert.deepEqual([preview.code, preview.err], [0, ''])
  assert.match(preview.out, /^column +becomes +samples\nName +name +Ann \| Bob\n/)
  assert.match(preview.out, /2 rows looked at, 2 valid/)
  const written = await ran('import.ts', [file, '--url', from.url], env)
  assert.equal(written.code, 0, written.err)
  assert.match(written.out, /created +2\n/)
  assert.match(written.out, /The import is [0-9a-f-]{36}\.\n/)
  assert.match(written.out, /\/v1\/imports\/[0-9a-f-]{36}\/revert/)
})

test('import fails with the words of the Worker, and a code for each kind of failure', async () => {
  const bad = fileOf('bad.csv', 'Name,E-mail\nCy,cy@example.com\nDi,di@\n')
  const partial = await ran('import.ts', [bad, '--url', from.url], { EDGE_CRM_KEY: fromKey })
  assert.equal(partial.code, 1)
  assert.match(partial.out, /line 3, email: Invalid email address \(di@\)/)
  const wrongKey = await ran('import.ts', [bad, '--url', from.url], { EDGE_CRM_KEY: 'nonsense' })
  assert.equal(wrongKey.code, 3)
  assert.notEqual(wrongKey.err.trim(), '')
  const refused = await ran('import.ts', [fileOf('none.csv', 'x1,y2\n1,2\n'), '--url', from.url], {
    EDGE_CRM_KEY: fromKey,
  })
  assert.equal(refused.code, 3)
  assert.match(refused.err, /No column of the first line is known/)
  const dead = await ran('import.ts', [bad, '--url', 'http://127.0.0.1:9'], { EDGE_CRM_KEY: fromKey })
  assert.equal(dead.code, 4)
  assert.match(dead.err, /http:\/\/127\.0\.0\.1:9 cannot be reached/)
  assert.equal((await ran('import.ts', [bad, '--url', from.url])).code, 2)
})

test('move brings a workspace to another installation with its ids, and goes on where it stopped', async () => {
  const token = fromKey
  const list = await call(from.url, '/v1/customers?limit=100', { token })
  const [a, b] = list.data
  await call(from.url, `/v1/customers/${a.id}/relationships/${b.id}`, {
    token,
    method: 'PUT',
    json: { kind: 'manager' },
  })
  await call(from.url, `/v1/customers/${a.id}/tags/vip`, { token, method: 'PUT' })
  const lead = await call(from.url, '/v1/leads', { token, json: { title: 'Offer', email: 'lea@example.com' } })
  const ticket = await call(from.url, '/v1/tickets', { token, json: { title: 'Broken', customerId: a.id } })
  await call(from.url, `/v1/tickets/${ticket.id}/comments`, { token, json: { body: 'Which one?' } })
  await call(from.url, '/v1/interactions', { token, json: { type: 'CALL', body: 'Called', leadId: lead.id } })
  const env = { EDGE_CRM_FROM_KEY: fromKey, EDGE_CRM_TO_KEY: toKey }
  const args = ['--from', from.url, '--to', to.url]
  const moved = await ran('move.ts', args, env)
  assert.equal(moved.code, 0, moved.out + moved.err)
  const again = await ran('move.ts', args, env)
  assert.equal(again.code, 0, again.out + again.err)
  assert.match(again.out, /customers +3 there, 0 made, 3 here/)
  const exported = async (side, key, entity) => {
    const text = await (
      await fetch(`${side.url}/v1/exports/${entity}?format=ndjson`, { headers: { Authorization: `Bearer ${key}` } })
    ).text()
    const left = ['createdAt', 'updatedAt', 'claimedAt', 'convertedAt', 'createdBy', 'openedBy']
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => Object.fromEntries(Object.entries(JSON.parse(line)).filter(([name]) => !left.includes(name))))
      .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
  }
  for (const entity of ['customers', 'leads', 'tags', 'relationships', 'tickets', 'interactions']) {
    assert.deepEqual(await exported(to, toKey, entity), await exported(from, fromKey, entity), entity)
  }
})

test('move is refused where there are records of its own, and fails where a side is wrong', async () => {
  const third = await startWorker()
  try {
    const key = await tokenOf(third.url)
    await call(third.url, '/v1/customers', { token: key, json: { name: 'Own' } })
    const env = { EDGE_CRM_FROM_KEY: fromKey, EDGE_CRM_TO_KEY: key }
    const refused = await ran('move.ts', ['--from', from.url, '--to', third.url], env)
    assert.equal(refused.code, 3)
    assert.match(refused.err, /The workspace has records already/)
    assert.equal((await ran('move.ts', ['--from', from.url, '--to', 'http://127.0.0.1:9'], env)).code, 4)
    assert.equal((await ran('move.ts', ['--from', from.url], env)).code, 2)
  } finally {
    await third.dispose()
  }
})
