// What is measured: [heading, [endpoint]], where an endpoint is { name, as, request, body, headers, status,
// gives, twice, budget }. {names} in braces come from bench/samples.ts, a fresh one for every sample. `as` is a person of
// bench/run.ts, none for an open route. `gives` is the least number of rows that a list must answer (1), so that nothing
// empty is measured by mistake. `twice` sends the same request before, unmeasured.
import { accounts } from './endpoints.accounts.ts'
import { analytics } from './endpoints.analytics.ts'
import { customerChanges, customers } from './endpoints.customers.ts'
import { leads } from './endpoints.leads.ts'
import { work } from './endpoints.work.ts'

export const endpoints = [...leads, ...customers, ...work, ...customerChanges, ...analytics, ...accounts]
