// The catalogue of events has every type that the code writes.
/// <reference types="vite/types/importMeta.d.ts" />
import { expect, it } from 'vitest'
import { EVENT_TYPES } from '../../src/events/event-types'

const modules = import.meta.glob<string>('../../src/**/*.ts', { query: '?raw', import: 'default', eager: true })
const sources = Object.entries(modules).filter(([path]) => !/\/(events|dialects|feed)\//.test(path))
const known = new Set(EVENT_TYPES.map(({ type }) => type))

it('names each type that stands in the code', () => {
  const named = sources.flatMap(([, text]) => [...text.matchAll(/verb: '(\w+\.\w+)'/g)].map(([, verb = '']) => verb))
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((verb) => !known.has(verb))).toEqual([])
})

it('names what the change of a record is called, for one of its subjects', () => {
  const names = new Set([...known].map((type) => type.slice(type.indexOf('.') + 1)))
  const verbs = sources.flatMap(([, text]) => [...text.matchAll(/\bverb: '(\w+)'/g)].map(([, verb = '']) => verb))
  expect(verbs.length).toBeGreaterThan(10)
  expect(verbs.filter((verb) => !names.has(verb))).toEqual([])
})
