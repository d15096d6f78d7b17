// Analytics: figures over days, whose number is what they read, and pages of customers and members.
import { get, list } from './budgets.ts'
import type { Budget, Group, Role } from './types.ts'

// A year and a day at each end, by metric; of leads made, by each of the eight sources.
const DAYS = 368
const SOURCES = 8
const METRICS = 9
// Follow-ups that are overdue lie on as many days as there are: interactions of the bench on two years, leads on 90 days.
const DUE = 731 + 90
const SEEKS = 40
const rows = (read: number): Budget => ({ trips: 1, read: read + SEEKS, written: 0 })
const MEMBERS = 20
const year = 'from={yearAgo}&to={today}'

const summary = rows(DAYS * (METRICS - 1 + SOURCES) + DUE)
const funnel = rows(DAYS * (2 + SOURCES))
const trends = rows(DAYS * (METRICS - 3 + SOURCES))
const month = rows(32 * (METRICS - 1 + SOURCES) + DUE)
const figures = (path: string, budget: Budget, as: Role = 'manager') => get(`/v1/analytics/${path}`, as, budget)

export const analytics: Group[] = [
  [
    'Analytics, within days × groups',
    [
      { name: 'summary, 30 days', ...figures('summary', month) },
      { name: 'summary, 30 days', ...figures('summary', month, 'sales') },
      { name: 'summary, a year', ...figures(`summary?${year}`, summary) },
      { name: 'funnel, a year', ...figures(`funnel?${year}`, funnel) },
      { name: 'trends, a year by day', ...figures(`trends?${year}`, trends) },
      { name: 'trends, a year by day', ...figures(`trends?${year}`, trends, 'sales') },
      { name: 'trends, calls of a year by week', ...figures(`trends?${year}&groupBy=week&metrics=calls`, rows(DAYS)) },
      { name: 'team, 30 days, 20 members', ...figures('team', rows(32 * 5 * MEMBERS + 10 * MEMBERS)) },
      { name: 'engagement, most', ...figures('engagement', list) },
      { name: 'engagement, least', ...figures('engagement?order=least', list, 'sales') },
      { name: 'engagement, quiet', ...figures('engagement?order=quiet', list) },
    ].map((each) => ({ ...each, gives: 0 })),
  ],
]
