// The kinds of jobs, by the name that stands in the table and in the API.
import type { JobKind } from './jobs.kind'

export const JOB_KINDS: Readonly<Record<string, JobKind>> = {}
