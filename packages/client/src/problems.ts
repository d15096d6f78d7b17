// The problems that the API answers with (RFC 9457), as a union by `code`.
import type { components } from './schema.js'

/** A refusal of the API. Compare `code`, and TypeScript knows which other fields there are. */
export type CrmProblem = components['schemas']['Problem']
export type ErrorCode = CrmProblem['code']

/** The problem that a call returned as `error`, or undefined for anything else, such as the page of a proxy. */
export function problemOf(error: unknown): CrmProblem | undefined {
  return isProblem(error) ? error : undefined
}

function isProblem(error: unknown): error is CrmProblem {
  return typeof error === 'object' && error !== null && 'code' in error && 'status' in error
}

/** Thrown by what has no place for an error: `pages`, `signIn`, `register`, `upload`. `problem` says why. */
export class CrmError extends Error {
  override readonly name = 'CrmError'
  constructor(
    readonly problem: CrmProblem | undefined,
    readonly status: number,
  ) {
    super(problem ? `${problem.title}${problem.detail ? `: ${problem.detail}` : ''}` : `The server answered ${status}`)
  }
}

/** Thrown when no answer came, after the tries that were allowed; `cause` is the error of `fetch`. */
export class CrmNetworkError extends Error {
  override readonly name = 'CrmNetworkError'
}
