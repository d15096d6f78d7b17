// The endpoints that are measured, in groups with a heading. {names} in braces come from bench/samples.ts, a fresh one for
// every sample.
import { accounts } from './endpoints.accounts.ts'
import { analytics } from './endpoints.analytics.ts'
import { customerChanges, customers } from './endpoints.customers.ts'
import { jobs } from './endpoints.jobs.ts'
import { leads } from './endpoints.leads.ts'
import { heard, outward, taggings } from './endpoints.outward.ts'
import { rest } from './endpoints.rest.ts'
import { work } from './endpoints.work.ts'

export const endpoints = [
  ...leads,
  ...customers,
  ...work,
  ...taggings,
  ...customerChanges,
  ...analytics,
  ...accounts,
  ...rest,
  ...outward,
  ...jobs,
  ...heard,
]
