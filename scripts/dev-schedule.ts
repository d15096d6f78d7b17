// The schedule of wrangler.toml in development, where wrangler dev runs no cron by itself.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.ts'

const MINUTE_MS = 60_000

/** Whether a cron is due in the minute of a date, in UTC. Its fields are any, every n-th, a range, or a list of them. */
export function isDue(cron: string, at: Date): boolean {
  const [minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = cron.split(' ')
  const now = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay()]
  return [minute, hour, day, month, weekday].every((field, i) =>
    field.split(',').some((part) => matches(part, now[i] ?? 0)),
  )
}

function matches(part: string, value: number): boolean {
  const [range = '*', step = '1'] = part.split('/')
  const [from = 0, to = range === '*' ? Number.POSITIVE_INFINITY : from] =
    range === '*' ? [0] : range.split('-').map(Number)
  return value >= from && value <= to && (value - from) % Number(step) === 0
}

/** Runs what is due at the beginning of each minute, at a Worker that wrangler dev serves. A minute without it is left out. */
export function runSchedule(origin: string): void {
  const config = readFileSync(join(root, 'wrangler.toml'), 'utf8')
  const [, list = ''] = /^crons = \[(.*)\]$/m.exec(config) ?? []
  const crons = [...list.matchAll(/"([^"]+)"/g)].map(([, cron = '']) => cron)
  const tick = async () => {
    const now = new Date()
    for (const cron of crons.filter((each) => isDue(each, now))) {
      const query = new URLSearchParams({ cron, time: String(now.getTime()) })
      await fetch(`${origin}/cdn-cgi/handler/scheduled?${query}`).catch(() => {})
    }
    plan()
  }
  const plan = () => setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS)).unref()
  plan()
}
