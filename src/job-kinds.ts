// The kinds of jobs, by the name that stands in the table and in the API.
import { BULK_JOBS } from './bulk/bulk.job'
import { UNDO_JOBS } from './bulk/bulk.undo'
import { DISTRIBUTION } from './bulk/distribution'
import { MERGE } from './customers/merge.settlement'
import { FIELD_VALUES, FIELD_VALUES_CLEARING } from './fields/fields.index'
import { FIELD_KEYS, FIELD_RETYPE } from './fields/fields.retype'
import { OWNER } from './interactions/interactions.owner'
import type { JobKind } from './jobs/jobs.kind'
import { CONVERSION } from './leads/leads.conversion'
import { ERASURE } from './personal-data/personal-data.erasure'
import { STAGE_DELETION, STAGE_FILLING } from './stages/stages.jobs'
import { TAGGING } from './tags/tagging.bulk'
import { TAG_DELETION } from './tags/tags.deletion'
import { HANDOVER } from './users/users.handover'

export const JOB_KINDS: Readonly<Record<string, JobKind>> = {
  ...BULK_JOBS,
  ...UNDO_JOBS,
  conversion: CONVERSION,
  'distribute-lead': DISTRIBUTION,
  erasure: ERASURE,
  'field-keys': FIELD_KEYS,
  'field-retype': FIELD_RETYPE,
  'field-values': FIELD_VALUES,
  'field-values-clearing': FIELD_VALUES_CLEARING,
  handover: HANDOVER,
  merge: MERGE,
  owner: OWNER,
  'stage-deletion': STAGE_DELETION,
  'stage-filling': STAGE_FILLING,
  tagging: TAGGING,
  'tag-deletion': TAG_DELETION,
}
