// The document of each dialect, and that the Worker has no route beside those of its dialects and its own.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../src/app'
import { dialects } from '../../src/dialects/dialects'
import { documentText } from '../../src/dialects/documents'
import * as spoken from '../../src/dialects/spoken'
import { send } from '../support/api'
import { routesOf } from '../support/replay'

const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  responses: z.record(z.string(), z.unknown()),
  security: z.array(z.unknown()),
})
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })

describe('the document of a dialect', () => {
  it.each(dialects.map((dialect) => [dialect.name, dialect] as const))(
    '%s tells every request',
    async (name, dialect) => {
      const served = await (await send(`/openapi/${name}.json`)).text()
      expect(served).toBe(documentText(dialect))
      const { paths } = Document.parse(JSON.parse(served))
      const operations = Object.entries(paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) => ({
          path,
          method,
          ...operation,
        })),
      )
      const told = operations.map(({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
      expect(told.sort()).toEqual(
        routesOf(dialect)
          .map((request) => request.replace(/\/$/, ''))
          .sort(),
      )
      expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
      for (const { summary, responses, security } of operations) {
        expect(summary.length).toBeGreaterThan(5)
        expect(Object.keys(responses).some((status) => /^[23]/.test(status))).toBe(true)
        expect(security.length).toBeLessThanOrEqual(1)
      }
    },
  )
})

it('every route that the Worker has beside the product’s own belongs to a dialect', () => {
  const mounted = createApp(spoken).routes.filter(({ path, method }) => path.startsWith('/@') && method !== 'ALL')
  const expected = dialects.flatMap(({ name, app }) =>
    app.routes.map(({ method, path }) => `${method} /@${name}${path}`),
  )
  expect(new Set(mounted.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(expected))
})
