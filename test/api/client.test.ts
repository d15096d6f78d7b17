// The typed client: what it knows at compile time is what the routes say, down to each refusal.
import type { z } from '@hono/zod-openapi'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ErrorCode, Problem } from '../../src/errors'
import type { Lead } from '../../src/leads/leads.schemas'
import { bodyOf } from '../support/answers'
import { api, ORIGIN, worker } from '../support/api'
import { createClient } from '../support/client'
import { founder } from '../support/factories'
import { lead } from '../support/leads'

type Client = ReturnType<typeof createClient>
type Answer<F extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>
type BodyOf<A, S extends number> = Extract<A, { status: S }> extends { json(): Promise<infer B> } ? B : never

type Leads = Client['v1']['leads']
type Claim = Answer<Leads[':id']['claim']['$post']>

describe('the types of an answer', () => {
  it('tell the statuses that the route declares, and no others', () => {
    expectTypeOf<Claim['status']>().toEqualTypeOf<200 | 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 503>()
    expectTypeOf<Answer<Leads['claim-next']['$post']>['status']>().toEqualTypeOf<
      200 | 204 | 400 | 401 | 403 | 409 | 413 | 415 | 422 | 429 | 503
    >()
    expectTypeOf<Answer<Leads[':id']['$patch']>['status']>().toEqualTypeOf<
      200 | 400 | 401 | 403 | 404 | 409 | 412 | 413 | 415 | 429 | 503
    >()
    expectTypeOf<Answer<Client['health']['$get']>['status']>().toEqualTypeOf<200 | 400 | 429>()
  })

  it('tell the body of each status: the lead of a 200, the problem of a refusal', () => {
    expectTypeOf<Omit<BodyOf<Claim, 200>, 'metadata' | 'customFields'>>().toEqualTypeOf<
      Omit<z.infer<typeof Lead>, 'metadata' | 'customFields'>
    >()
    expectTypeOf<{ a: [1] } | null>().toExtend<BodyOf<Claim, 200>['metadata']>()
    expectTypeOf<Omit<BodyOf<Claim, 409>, 'lead'>>().toEqualTypeOf<Omit<z.infer<typeof Problem>, 'lead'>>()
    expectTypeOf<Omit<BodyOf<Claim, 404>, 'lead'>>().toEqualTypeOf<Omit<z.infer<typeof Problem>, 'lead'>>()
    expectTypeOf<NonNullable<BodyOf<Claim, 409>['lead']>['id']>().toEqualTypeOf<string>()
    expectTypeOf<Extract<Claim, { status: 500 }>>().toBeNever()
    expectTypeOf<BodyOf<Claim, 409>['claimedBy']>().toEqualTypeOf<{ id: string; name: string } | undefined>()
  })

  it('narrow with the status, as a client of a frontend does it', async () => {
    const admin = await founder()
    const { id } = await lead(admin)
    const claim = () => api(admin.token).v1.leads[':id'].claim.$post({ param: { id } })
    const [won, lost] = [await claim(), await claim()]
    if (won.status !== 200 || lost.status !== 409) return expect.fail('one of two must win')
    const mine = await won.json()
    expectTypeOf(mine.ownerId).toEqualTypeOf<string | null>()
    const problem = await lost.json()
    expectTypeOf(problem.claimedAt).toEqualTypeOf<string | undefined>()
    expectTypeOf(problem.code).toEqualTypeOf<ErrorCode>()
    expect([mine.ownerId, problem.code, problem.lead?.id]).toEqual([admin.id, 'already_yours', id])
  })
})

describe('the types of a question', () => {
  it('know required, optional and unknown fields, and the values that a field can have', () => {
    type Made = Parameters<Leads['$post']>[0]['json']
    expectTypeOf<{ title: string }>().toExtend<Made>()
    expectTypeOf<{ name: string }>().not.toExtend<Made>()
    expectTypeOf<{ title: number }>().not.toExtend<Made>()
    expectTypeOf<NonNullable<Made['status']>>().toEqualTypeOf<'NEW' | 'CONTACTED' | 'QUALIFIED' | 'CLOSED'>()
    expectTypeOf<Made>().not.toHaveProperty('workspaceId')
    type Query = NonNullable<Parameters<Leads['$get']>[0]>['query']
    expectTypeOf<Query>().toHaveProperty('owner')
    expectTypeOf<NonNullable<Query['sort']>>().toEqualTypeOf<
      | ('createdAt' | '-createdAt' | 'updatedAt' | '-updatedAt' | 'followUpAt' | '-followUpAt')
      | (`customFields.${string}` | `-customFields.${string}`)
    >()
    expectTypeOf<Parameters<Leads[':id']['$get']>[0]['param']>().toEqualTypeOf<{ id: string }>()
  })
})

describe('a client', () => {
  it('sends the present token, whether it is a text, or made or fetched anew each time', async () => {
    const [one, other] = [await founder(), await founder()]
    const fetch = worker()
    let present: string | undefined
    const givers = [() => present, async () => present]
    for (const token of givers) {
      const client = createClient(ORIGIN, { token, fetch })
      for (const person of [one, other]) {
        present = person.token
        const { user } = await bodyOf(client.v1.auth.me.$get(), 200)
        expect(user.id).toBe(person.id)
      }
      present = undefined
      expect((await client.v1.auth.me.$get()).status).toBe(401)
    }
    const { user } = await bodyOf(createClient(ORIGIN, { token: one.token, fetch }).v1.auth.me.$get(), 200)
    expect(user.email).toBe(one.email)
  })

  it('keeps to itself: neither token nor bookmark of one is sent by another', async () => {
    const { token } = await founder()
    const fetch = worker()
    const seen: Headers[] = []
    const watching: typeof fetch = (input, init) => {
      seen.push(new Headers(init?.headers))
      return fetch(input, init)
    }
    await createClient(ORIGIN, { token, fetch: watching }).v1.workspace.$get()
    await createClient(ORIGIN, { fetch: watching }).health.$get()
    expect(seen[0]?.get('Authorization')).toBe(`Bearer ${token}`)
    expect([...(seen[1]?.keys() ?? [])].filter((name) => /authorization|bookmark/.test(name))).toEqual([])
  })

  it('passes headers of a single request on', async () => {
    const { token } = await founder()
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const make = () => api(token).v1.leads.$post({ json: { title: 'Once' } }, { headers })
    const [first, second] = [await bodyOf(make(), 201), await make()]
    expect(second.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await bodyOf(second, 201)).toEqual(first)
  })
})
