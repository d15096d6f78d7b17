// A person for a test: a customer with everything that can hang on one, and marks planted in every text about them.
import { env } from 'cloudflare:workers'
import { type Column, getTableColumns, getTableName } from 'drizzle-orm'
import { HELD } from '../../src/personal-data/personal-data.map'
import { bodyOf } from './answers'
import { api } from './api'
import { made, put } from './customers'
import { enquiry, PASSWORD, type Person, unique } from './factories'
import { imported } from './imports'

/** A customer who enquired, was called, merged, ticketed, tagged, related, mailed and given a login; gives ids. */
export async function personIn(admin: Person) {
  const email = `${unique('person')}@example.com`
  const login = await invited(admin)
  const { leads, customers, interactions, tickets } = api(admin.token).v1
  const leadId = await enquiry(admin.slug, { email })
  const assigned = leads[':id'].assign.$post({ param: { id: leadId }, header: {}, json: { ownerId: admin.id } })
  await bodyOf(assigned, 200)
  await bodyOf(interactions.$post({ json: { leadId, type: 'CALL', body: 'Rang as a lead' } }), 201)
  const { customer } = await bodyOf(leads[':id'].convert.$post({ param: { id: leadId }, json: {} }), 200)
  const param = { id: customer.id }
  const more = { userId: login.id, phone: '+44 20 7946 0958', company: 'Acme', jobTitle: 'Buyer' }
  await bodyOf(customers[':id'].$patch({ param, header: {}, json: { ...more, customFields: { plan: 'gold' } } }), 200)
  const twin = await made(admin, { name: 'A twin', email: `${unique('twin')}@example.com` })
  await bodyOf(customers[':id'].merge.$post({ param, query: {}, json: { fromId: twin.id } }), 200)
  const again = await enquiry(admin.slug, { email })
  const trashed = await enquiry(admin.slug, { email })
  await leads[':id'].$delete({ param: { id: trashed }, header: {} })
  await bodyOf(interactions.$post({ json: { customerId: param.id, type: 'NOTE', body: 'A note' } }), 201)
  const json = { customerId: param.id, title: 'A ticket', description: 'Of theirs', customFields: { floor: 3 } }
  const ticket = await bodyOf(tickets.$post({ json }), 201)
  await bodyOf(tickets[':id'].comments.$post({ param: { id: ticket.id }, json: { body: 'A comment' } }), 201)
  await customers[':id'].tags[':name'].$put({ param: { ...param, name: 'VIP' } })
  await leads[':id'].tags[':name'].$put({ param: { id: leadId, name: 'VIP' } })
  await tickets[':id'].tags[':name'].$put({ param: { id: ticket.id, name: 'VIP' } })
  const friend = await made(admin, { name: 'A friend' })
  const otherId = friend.id
  const related = customers[':id'].relationships[':otherId']
  await bodyOf(related.$put({ param: { ...param, otherId }, json: { kind: 'bowling partner' } }), 200)
  const tooLong = 'x'.repeat(201)
  await imported(admin, `name,email,company\r\nAlice,${email},${tooLong}\r\nBystander,,\r\n`)
  const asked = { field: 'email', op: 'eq' as const, value: email }
  await bodyOf(api(admin.token).v1.views.$post({ json: { entity: 'lead', name: 'Hers', filter: asked } }), 201)
  await queue(admin, [
    { recipient: email },
    { recipient: 'staff@example.com', payload: { link: `https://crm.example/leads/${again}` } },
    { recipient: login.email, lastError: 'no such user' },
  ])
  await env.DB.prepare("INSERT INTO oauth_accounts VALUES ('google', ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')")
    .bind(unique('subject'), admin.workspaceId, login.id, login.email)
    .run()
  await env.DB.prepare("INSERT INTO calendar_feeds VALUES (?, ?, ?, '2026-01-01T00:00:00.000Z')")
    .bind(login.id, admin.workspaceId, unique('hash'))
    .run()
  await env.DB.prepare("INSERT INTO mail_stops VALUES (?, ?, '2026-01-01T00:00:00.000Z')")
    .bind(admin.workspaceId, email)
    .run()
  return { id: param.id, email, login, leadId, again, trashed, twin: twin.id, ticket: ticket.id, friend: friend.id }
}

// A portal login that came by an invitation, which names its address as well.
async function invited({ token }: Person) {
  const email = `${unique('customer')}@example.com`
  const invitation = await bodyOf(api(token).v1.workspace.invitations.$post({ json: { email, role: 'CUSTOMER' } }), 201)
  const json = { email, password: PASSWORD, name: 'CUSTOMER member', invitationToken: invitation.token }
  const { user, accessToken } = await bodyOf(api().v1.auth.register.$post({ json }), 201)
  await env.DB.prepare('UPDATE users SET email_verified_at = created_at WHERE id = ?').bind(user.id).run()
  return { id: user.id, email, token: accessToken }
}

/** Mail put straight into the outbox. */
export async function queue(of: Person, mails: Record<string, unknown>[]) {
  const now = new Date().toISOString()
  const usual = { workspaceId: of.workspaceId, template: 'ticketOpened', payload: {}, state: 'QUEUED', createdAt: now }
  const list = mails.map((mail) => ({
    ...{ id: crypto.randomUUID(), attempts: 0, nextAttemptAt: now, giveUpAt: now, version: 1, ...usual },
    ...mail,
  }))
  await put('outbox', list)
}

type Held = Record<string, Record<string, unknown>[]>

/** The columns whose texts erasing must take: no ids, no instants, none of a few words. */
export function textsOf(kind: keyof typeof HELD): [name: string, column: Column][] {
  const { table, kept } = HELD[kind]
  return Object.entries(getTableColumns(table)).filter(([name, column]) => {
    const isText = column.dataType === 'string' || column.dataType === 'json'
    const isWord = (column.enumValues?.length ?? 0) > 0 || /(At|Until|By)$/.test(name) || /(^i|I)d$/.test(name)
    return isText && !isWord && !column.generated && !kept.has(name)
  })
}

/** The mark of a column; addresses have one in common, for it is by them that records are found. */
export const markOf = (mark: string, kind: string, name: string) =>
  ['email', 'foldedEmail', 'recipient', 'original'].includes(name) ||
  kind === 'mailStops' ||
  (kind === 'views' && name === 'name')
    ? `${mark}@example.com`
    : `${mark}.${kind}.${name}`

/** What tells the rows of a table apart that has no id. */
const KEYS: Record<string, string[]> = {
  relationships: ['fromId', 'toId'],
  providers: ['userId'],
  calendars: ['userId'],
  mailStops: ['address'],
  imported: ['importId', 'line', 'level', 'n'],
}

/** Writes marks into every text of the rows that are held, past the API. */
export async function plant(mark: string, data: Held): Promise<void> {
  const updates = kinds().flatMap((kind) => {
    const { table } = HELD[kind]
    const columns = getTableColumns(table)
    const key = 'id' in columns ? ['id'] : (KEYS[kind] ?? [])
    if (key.length === 0) return []
    return textsOf(kind).flatMap(([name, column]) =>
      (data[kind] ?? []).map((row) => {
        const value = markOf(mark, kind, name)
        const isUnique = column.isUnique || name === 'tokenHash'
        const text = isUnique ? `${value}.${row.id}` : value
        const set =
          column.dataType !== 'json'
            ? '?1'
            : name === 'muted'
              ? 'json_array(?1)'
              : name === 'otherEmails' || name === 'otherPhones'
                ? `json_array(json_object('email', ?1, 'phone', ?1, 'phoneE164', ?1, 'label', ?1, 'text', ?1))`
                : `json_set(coalesce(${snake(name)}, '{}'), '$.zq', json_array(?1, ?1))`
        const where = key.map((each, i) => `${snake(each)} = ?${i + 2}`).join(' AND ')
        return env.DB.prepare(`UPDATE ${getTableName(table)} SET ${snake(name)} = ${set} WHERE ${where}`).bind(
          text,
          ...key.map((each) => row[each]),
        )
      }),
    )
  })
  await env.DB.batch(updates)
}

export const kinds = () => Object.keys(HELD).filter((kind): kind is keyof typeof HELD => Object.hasOwn(HELD, kind))
const snake = (name: string) => name.replace('E164', '_e164').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
