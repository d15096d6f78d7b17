// What reads the files of imports: scripts/late-host.ts makes a module of it that stands beside the main one.

export { openFile } from './imports.file'
export { prepareRow } from './imports.rows'
