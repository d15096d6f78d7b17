// What reads the files of imports: scripts/late.ts makes a module of it that stands beside the main one.

export { openFile } from './imports.file'
export { createGathering } from './imports.gathering'
export { lookAt } from './imports.look'
export { preparerOf, rowStager } from './imports.stager'
