// What the module of background.ts is that scripts/late-host.ts makes in src/late/.
declare module '*late/background.js' {
  export const JOB_KINDS: typeof import('./background').JOB_KINDS
  export const mergeCustomers: typeof import('./background').mergeCustomers
  export const previewBulk: typeof import('./background').previewBulk
  export const previewDistribution: typeof import('./background').previewDistribution
  export const previewMerge: typeof import('./background').previewMerge
  export const purge: typeof import('./background').purge
  export const queueReminders: typeof import('./background').queueReminders
  export const restoreCustomer: typeof import('./background').restoreCustomer
  export const retypeField: typeof import('./background').retypeField
  export const startBulk: typeof import('./background').startBulk
  export const startDistribution: typeof import('./background').startDistribution
  export const tagCustomers: typeof import('./background').tagCustomers
  export const trashCustomers: typeof import('./background').trashCustomers
  export const undoJob: typeof import('./background').undoJob
}
