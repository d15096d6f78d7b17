// What the module of background.verbs.ts is that scripts/late-host.ts makes in src/late/.
declare module '*late/background.js' {
  export const JOB_KINDS: typeof import('./background.verbs').JOB_KINDS
  export const mergeCustomers: typeof import('./background.verbs').mergeCustomers
  export const previewBulk: typeof import('./background.verbs').previewBulk
  export const previewDistribution: typeof import('./background.verbs').previewDistribution
  export const previewMerge: typeof import('./background.verbs').previewMerge
  export const purge: typeof import('./background.verbs').purge
  export const queueReminders: typeof import('./background.verbs').queueReminders
  export const restoreCustomer: typeof import('./background.verbs').restoreCustomer
  export const retypeField: typeof import('./background.verbs').retypeField
  export const startBulk: typeof import('./background.verbs').startBulk
  export const startDistribution: typeof import('./background.verbs').startDistribution
  export const tagCustomers: typeof import('./background.verbs').tagCustomers
  export const trashCustomers: typeof import('./background.verbs').trashCustomers
  export const undoJob: typeof import('./background.verbs').undoJob
}
