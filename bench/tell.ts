// `npm run bench -- --only TEXT`: the statements of the requests whose names have TEXT in them, each with the rows that it
// reads and writes, those of triggers included.
import { z } from 'zod'
import { sendOne } from './measure.ts'
import type { Bench, Fill, Group } from './types.ts'

const Told = z.array(z.tuple([z.string(), z.number(), z.number()]))
const WIDTH = 150

/** The text for these requests, each sent once. */
export async function statementsOf(endpoints: Group[], only: string, bench: Bench, fill: Fill): Promise<string> {
  const lines: string[] = []
  for (const [group, list] of endpoints) {
    for (const endpoint of list.filter(({ name }) => `${group}: ${name}`.includes(only))) {
      await bench.fetch('/bench/told')
      const { status } = await sendOne(bench, endpoint, fill, { 'Bench-Tell': 'yes' })
      const told = Told.parse(await (await bench.fetch('/bench/told')).json())
      const sum = (i: 1 | 2) => told.reduce((total, each) => total + each[i], 0)
      lines.push('', `${group}: ${endpoint.name} (${status}), ${sum(1)} read, ${sum(2)} written`)
      for (const [query, read, written] of told) lines.push(`${read} read, ${written} written  ${short(query)}`)
    }
  }
  return lines.join('\n')
}

const short = (query: string) => query.replace(/\s+/g, ' ').slice(0, WIDTH)
