// Reading answers: the typed body of the one status that a test expects, or the problem behind a refusal.
import { expect } from 'vitest'
import { problemOf } from './api'

type Answer = Pick<Response, 'status' | 'headers' | 'text'>
type Json<A> = A extends { json(): Promise<infer B> } ? B : never
type Body<A extends Answer, S> = number extends A['status'] ? Record<string, unknown> : Json<Extract<A, { status: S }>>

/** The JSON of an answer, which must have this status; typed as the client knows it for that status. */
export async function bodyOf<A extends Answer, S extends A['status']>(
  pending: A | Promise<A>,
  status: S,
): Promise<Body<A, S>> {
  const answer = await pending
  const text = await answer.text()
  expect(answer.status, text).toBe(status)
  return JSON.parse(text)
}

/** The problem document of an answer, which must be a refusal with this status and code. */
export async function refusalOf(pending: Answer | Promise<Answer>, status: number, code: string) {
  const problem = await problemOf(await pending)
  expect(problem).toMatchObject({ status, code })
  return problem
}

/** How many answers have each status. */
export function tally(answers: Answer[]): Record<number, number> {
  const groups = Map.groupBy(answers, (answer) => answer.status)
  return Object.fromEntries([...groups].map(([status, list]) => [status, list.length]))
}
