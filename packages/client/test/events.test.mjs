// The verifier of webhooks, and the stream that mends itself.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { createClient, verifyWebhook, WebhookVerificationError } from '../dist/index.js'

const key = Buffer.from('0123456789abcdef0123456789abcdef')
const secret = `whsec_${key.toString('base64')}`
const other = `whsec_${Buffer.from('fedcba9876543210fedcba9876543210').toString('base64')}`
const body = JSON.stringify({ id: 'e1', type: 'lead.claimed', text: 'ü😀' })
const signed = (at = Math.floor(Date.now() / 1000), by = key) => ({
  'webhook-id': 'e1',
  'webhook-timestamp': String(at),
  'webhook-signature': `v1,${createHmac('sha256', by).update(`e1.${at}.${body}`).digest('base64')}`,
})
const refused = (reason) => (error) => error instanceof WebhookVerificationError && error.reason === reason

describe('verifyWebhook', () => {
  it('gives the event, of headers of any kind, and of text or bytes', async () => {
    for (const headers of [signed(), new Headers(signed()), { ...signed(), 'WEBHOOK-ID': undefined }]) {
      assert.equal((await verifyWebhook(secret, headers, body)).type, 'lead.claimed')
    }
    assert.equal((await verifyWebhook([other, secret], signed(), new TextEncoder().encode(body))).id, 'e1')
  })

  it('takes one right signature among others, and no other version', async () => {
    const headers = signed()
    const right = headers['webhook-signature']
    assert.ok(await verifyWebhook(secret, { ...headers, 'webhook-signature': `v1,AAAA v2,x ${right}` }, body))
    const wrong = { ...headers, 'webhook-signature': right.replace('v1', 'v1a') }
    await assert.rejects(verifyWebhook(secret, wrong, body), refused('signature'))
  })

  it('refuses what was changed, is old, or is signed by another', async () => {
    for (let i = 0; i < body.length; i += 3) {
      const changed = `${body.slice(0, i)}~${body.slice(i + 1)}`
      await assert.rejects(verifyWebhook(secret, signed(), changed), refused('signature'))
    }
    await assert.rejects(verifyWebhook(other, signed(), body), refused('signature'))
    for (const off of [-400, 400]) {
      await assert.rejects(verifyWebhook(secret, signed(Math.floor(Date.now() / 1000) + off), body), refused('time'))
    }
    await assert.rejects(verifyWebhook(secret, {}, body), refused('headers'))
  })
})

describe('watch', () => {
  it('connects by a ticket, resumes after a break, and ends with the session', async () => {
    const opened = []
    class Socket extends EventTarget {
      static scripts = [
        (socket) => {
          socket.say({ op: 'changed', kind: 'lead', id: 'a', version: 1, sequence: '01' })
          socket.end(1006)
        },
        (socket) => socket.end(4401),
      ]
      OPEN = 1
      readyState = 1
      constructor(url) {
        super()
        opened.push(url)
        queueMicrotask(() => Socket.scripts.shift()(this))
      }
      say(message) {
        this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(message) }))
      }
      end(code) {
        this.dispatchEvent(Object.assign(new Event('close'), { code }))
      }
      close() {}
    }
    const fetch = async () =>
      Response.json({ ticket: 't', expiresAt: '', path: '/v1/stream?ticket=t' }, { status: 201 })
    const crm = createClient({ url: 'https://crm.test', apiKey: 'key', fetch })
    const seen = []
    let hasEnded = false
    await crm.watch((message) => seen.push(message.id), {
      WebSocket: Socket,
      onEnded: () => {
        hasEnded = true
      },
    })
    assert.deepEqual([seen, hasEnded], [['a'], true])
    assert.deepEqual(opened, ['wss://crm.test/v1/stream?ticket=t', 'wss://crm.test/v1/stream?ticket=t&after=01'])
  })
})
