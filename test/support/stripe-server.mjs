// A stand-in for Stripe's API: its shapes for what billing asks, a door for tests, and keys that stand for bad days.
import { createServer } from 'node:http'

const fail = (status, type, code) => [status, { error: { type, code, message: 'Not today.' } }]

export default async function setup(project) {
  const customers = new Map()
  const byKey = new Map()
  const subscriptions = new Map()
  const sessions = []

  const routes = {
    'POST /v1/customers': (form, headers) => {
      const key = headers['idempotency-key']
      const customer = byKey.get(key) ?? { id: `cus_${customers.size + 1}`, object: 'customer', name: form.get('name') }
      byKey.set(key, customer)
      customers.set(customer.id, customer)
      return [200, customer]
    },
    'POST /v1/checkout/sessions': (form) => {
      const id = `cs_test_${sessions.length + 1}`
      const session = {
        id,
        object: 'checkout.session',
        url: `https://checkout.stripe.test/${id}`,
        ...Object.fromEntries(form),
      }
      sessions.push(session)
      return [200, session]
    },
    'POST /v1/billing_portal/sessions': (form) => [
      200,
      { id: 'bps_1', object: 'billing_portal.session', url: `https://portal.stripe.test/${form.get('customer')}` },
    ],
    'GET /v1/subscriptions': (query) => [
      200,
      {
        object: 'list',
        has_more: false,
        url: '/v1/subscriptions',
        data: subscriptions.get(query.get('customer')) ?? [],
      },
    ],
    // The door.
    'POST /door/subscriptions': (body, _, query) => {
      subscriptions.set(query.get('customer'), JSON.parse(body))
      return [200, null]
    },
    'GET /door/sessions': (query) => [200, sessions.filter(({ customer }) => customer === query.get('customer'))],
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://stripe.test')
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const key = request.headers.authorization ?? ''
    const route = routes[`${request.method} ${url.pathname}`]
    const input = url.pathname.startsWith('/door/') ? text : new URLSearchParams(text)
    const [status, body] = key.endsWith('_down')
      ? fail(500, 'api_error')
      : key.endsWith('_refused')
        ? fail(400, 'invalid_request_error', 'resource_missing')
        : (route?.(request.method === 'GET' ? url.searchParams : input, request.headers, url.searchParams) ??
          fail(404, 'invalid_request_error', 'unknown_route'))
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('stripe', { url: `http://127.0.0.1:${server.address().port}` })
  return () => {
    server.closeAllConnections()
    return new Promise((done) => server.close(done))
  }
}
