// What may touch more than a request is allowed to: each answers within one bound, and a job does the rest.
import { get, jobBound, list, one } from './budgets.ts'
import type { Endpoint, Group, More } from './types.ts'

const bounded = (name: string, request: string, more?: More): Endpoint => ({
  name,
  as: 'admin',
  request,
  budget: jobBound,
  ...more,
})

export const jobs: Group[] = [
  [
    'Much at once, the rest of it by jobs',
    [
      { name: 'jobs', ...get('/v1/jobs', 'admin', list), gives: 0 },
      bounded('one job that is unknown', 'GET /v1/jobs/00000000-0000-7000-8000-000000000000', {
        status: 404,
        budget: one,
      }),
      bounded('personal data of a customer with much beside it', 'GET /v1/customers/{rich}/personal-data'),
      bounded('another owner for a customer with much beside it', 'PATCH /v1/customers/{rich}', {
        body: { ownerId: '{member}' },
      }),
      bounded('erase a customer with much beside it', 'POST /v1/customers/{rich}/erase'),
      bounded('a member leaves', 'DELETE /v1/users/{leaver}?reassignTo={member}', { status: 204 }),
      bounded('a member becomes inactive', 'PATCH /v1/users/{leaver}', { body: { status: 'INACTIVE' } }),
    ],
  ],
]
