// What an application may write, and what it may not: compiled by the tests, never run.
import { type CrmProblem, createClient, type Schema } from '../dist/index.js'

const crm = createClient({ url: 'https://crm.example' })

export async function application(): Promise<void> {
  for await (const lead of crm.pages('/v1/leads', {
    query: { status: ['NEW'], createdAfter: new Date(), trashed: false },
  })) {
    const { title, status }: Schema<'Lead'> = lead
    console.log(title, status)
  }
  for await (const entry of crm.pages('/v1/customers/{id}/timeline', { path: { id: '1' } })) console.log(entry)
  // @ts-expect-error: no such list
  crm.pages('/v1/auth/me')
  // @ts-expect-error: a path with an id needs it
  crm.pages('/v1/customers/{id}/timeline')
  // @ts-expect-error: the cursor is the client's own
  crm.pages('/v1/leads', { query: { cursor: 'x' } })
  // @ts-expect-error: a boolean is a boolean
  crm.pages('/v1/leads', { query: { trashed: 'false' } })

  const { data, error } = await crm.POST('/v1/leads/{id}/claim', { params: { path: { id: '1' } } })
  if (data) console.log(data.ownerId)
  else console.log(explain(error))
  // @ts-expect-error: a lead needs a title
  await crm.POST('/v1/leads', { body: {} })
}

function explain(problem: CrmProblem): string {
  switch (problem.code) {
    case 'already_claimed':
      return `${problem.claimedBy?.name} has it`
    case 'customer_exists':
      return `See ${problem.existingId?.toUpperCase()}`
    case 'invalid':
      return problem.errors.map(({ path, message }) => `${path}: ${message}`).join()
    default:
      // @ts-expect-error: only a claim tells who was first
      return problem.claimedBy
  }
}
