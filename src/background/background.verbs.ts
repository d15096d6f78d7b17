// What runs in the background, and the verbs that begin much of it: a module beside the main one (scripts/late-host.ts).

export { previewBulk, startBulk } from '../bulk/bulk.service'
export { trashCustomers } from '../bulk/bulk.trash'
export { undoJob } from '../bulk/bulk.undo'
export { previewDistribution, startDistribution } from '../bulk/distribution'
export { mergeCustomers, previewMerge } from '../customers/customers.merge'
export { restoreCustomer } from '../customers/customers.restore'
export { retypeField } from '../fields/fields.retype'
export { JOB_KINDS } from '../job-kinds'
export { purge } from '../purge/purge.service'
export { queueReminders } from '../reminders/reminders.service'
export { tagCustomers } from '../tags/tagging.bulk'
