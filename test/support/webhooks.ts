// Webhooks for tests: made through the API, and the run of the schedule that sends.
import { env } from 'cloudflare:workers'
import { sendDueWebhooks } from '../../src/webhooks/webhooks.dispatch'
import { bodyOf } from './answers'
import { api } from './api'
import type { Person } from './factories'

type Fields = Parameters<ReturnType<typeof api>['v1']['webhooks']['$post']>[0]['json']
export const HOOK = 'https://hooks.example.com/crm'

/** A webhook with its secret. */
export function webhook({ token }: Pick<Person, 'token'>, fields: Partial<Fields> = {}) {
  return bodyOf(api(token).v1.webhooks.$post({ json: { url: HOOK, types: ['lead.*'], ...fields } }), 201)
}

/** The webhook as it is now. */
export function shownWebhook({ token }: Pick<Person, 'token'>, id: string) {
  return bodyOf(api(token).v1.webhooks[':id'].$get({ param: { id } }), 200)
}

type Query = NonNullable<Parameters<ReturnType<typeof api>['v1']['webhooks'][':id']['deliveries']['$get']>[0]>['query']

/** Its deliveries, newest event first. */
export async function deliveries({ token }: Pick<Person, 'token'>, id: string, query: Query = { limit: '100' }) {
  return (await bodyOf(api(token).v1.webhooks[':id'].deliveries.$get({ param: { id }, query }), 200)).data
}

const PAID = { IMPORT_STATEMENTS: '1000', WEBHOOK_SENDS: '5000' }

/** A run of the schedule, as on Workers Paid. */
export function scheduled(settings: Record<string, unknown> = {}): Promise<void> {
  return sendDueWebhooks(Object.assign({ ...env }, PAID, settings), '', { statements: 0 })
}
