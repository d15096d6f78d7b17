// What reads the files of imports and writes their rows: scripts/late.ts makes a module of it that stands beside the main one.

export { openFile } from './imports.file'
export { createGathering } from './imports.gathering'
export { existingKinds } from './imports.kinds.existing'
export { lookAt } from './imports.look'
export { revertStart, revertStatements } from './imports.revert'
export { preparerOf, rowStager } from './imports.stager'
export { chunkStatements, finishStatements } from './imports.write'
