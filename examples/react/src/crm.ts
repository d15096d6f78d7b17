// The client, once for the whole page. The session stays in localStorage, for reloads and other tabs.
import { type CrmProblem, createClient, webStorage } from 'edge-crm-client'

const SIGNED_OUT = 'signed-out'

export const crm = createClient({
  url: import.meta.env.VITE_CRM_URL ?? 'http://localhost:8787',
  storage: webStorage(localStorage),
  onSignedOut: () => window.dispatchEvent(new Event(SIGNED_OUT)),
})

/** Calls back when the session has ended, whoever ended it. */
export function onSignedOut(callback: () => void): () => void {
  window.addEventListener(SIGNED_OUT, callback)
  return () => window.removeEventListener(SIGNED_OUT, callback)
}

/** The value of an answer, for TanStack Query, which wants a refusal to be thrown. */
export async function dataOf<T>(answer: Promise<{ data?: T; error?: CrmProblem }>): Promise<T> {
  const { data, error } = await answer
  if (error) throw new Refusal(error)
  return data as T
}

/** A refusal of the API. `problem.code` says which. */
export class Refusal extends Error {
  readonly problem: CrmProblem
  constructor(problem: CrmProblem) {
    super(problem.detail ?? problem.title)
    this.problem = problem
  }
}

/** What to show of anything that was thrown. */
export function wordsFor(error: unknown): string {
  const problem = problemIn(error)
  if (!problem) return 'The CRM does not answer. Is it running?'
  if (problem.code === 'invalid_credentials') return 'Wrong e-mail address or password.'
  if (problem.code === 'invalid') return problem.errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
  return problem.detail ?? problem.title
}

function problemIn(error: unknown): CrmProblem | undefined {
  return error instanceof Error && 'problem' in error ? (error.problem as CrmProblem) : undefined
}
