// The plans and what each allows in a workspace: the one table of limits.
import { DAY_MS } from '../time'

export const PLANS = {
  FREE: { customers: 250, users: 3, apiKeys: 2, imports: 10 },
  PRO: { customers: 100_000, users: 100, apiKeys: 50, imports: 1_000 },
} as const

export type Limited = keyof (typeof PLANS)['FREE']

export const LIMITED = {
  customers: 'customers',
  users: 'members of the team',
  apiKeys: 'API keys',
  imports: 'imports a month',
} as const satisfies Record<Limited, string>

/** How long the limits of PRO hold on after a renewal that could not be paid. */
export const GRACE_MS = 14 * DAY_MS
