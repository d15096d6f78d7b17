// Compares the table of resources in docs/api.md with the OpenAPI document: which there are, and which role reaches them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { compared, tableUnder } from './readme-tables.ts'
import { root } from './run.ts'

const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ 'x-permission': z.string().optional() }))),
  'x-policy': z.record(z.string(), z.record(z.string(), z.string())),
})

/** The resources of docs/api.md and who reaches them, against the permissions in the OpenAPI document. */
export function resourceProblems(): string[] {
  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  const { paths, 'x-policy': policy } = Document.parse(JSON.parse(read('openapi/edge-crm.json')))
  const rows = tableUnder(read('docs/api.md'), 'Resources and roles')
  const operations = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, item]) =>
      Object.values(item).map((operation) => ({ resource: `/v1/${path.split('/')[2]}`, operation })),
    )
  const served = Map.groupBy(operations, ({ resource }) => resource)
  const names = rows.map(([name = '']) => name)
  const wrong = rows.flatMap(([name = '', , ...cells]) =>
    ['ADMIN', 'MANAGER', 'SALES', 'CUSTOMER'].flatMap((role, i) => {
      const permissions = (served.get(name) ?? []).map(({ operation }) => operation['x-permission'])
      const mayEnter = permissions.some((permission) => permission === undefined || permission in (policy[role] ?? {}))
      return mayEnter === (cells[i] !== '–') ? [] : [`docs/api.md: ${name} for ${role} is not ${cells[i]}`]
    }),
  )
  return [...compared('docs/api.md', names, served.keys()), ...wrong]
}
