// Reading answers: the typed body of the one status that a test expects, the problem behind a refusal, the cost.
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

const COST = /desc="round trips (\d+), statements (\d+), rows read (\d+), rows written (\d+)"/

/** What an answer has cost the database, which is read off its header. */
export function costOf({ headers }: { headers: Headers }) {
  const header = headers.get('Server-Timing') ?? ''
  const [trips = 0, statements = 0, read = 0, written] = COST.exec(header)?.slice(1).map(Number) ?? []
  if (written === undefined) expect.fail(`no cost in ${header}`)
  return { trips, statements, read, written }
}
