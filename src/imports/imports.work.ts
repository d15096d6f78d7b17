// What imports do beyond saying how they stand: a module beside the main one (scripts/late-host.ts).

export { previewImport } from './imports.preview'
export { RESUME_STATEMENTS, resumeImport, sweepImports } from './imports.resume'
export { cancelImport, importFile, revertImport } from './imports.service'
