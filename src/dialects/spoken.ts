// All that the app mounts of the dialects: a module beside the main one (scripts/late-host.ts), for an installation whose
// DIALECTS names one.

export { dialectAt, dialects, limitedPaths, mountOf } from './dialects'
export { nameDialect, noStore, routedPath, translate } from './dispatch'
export { documentText } from './documents'
