// What reads the files of imports and writes their rows: scripts/late.ts makes a module of it that stands beside the main one.

export { openFile } from './imports.file'
export { existingKinds } from './imports.kinds.existing'
export { prepareKindRow } from './imports.kinds.rows'
export { revertStart, revertStatements } from './imports.revert'
export { prepareRow } from './imports.rows'
export { chunkStatements } from './imports.write'
