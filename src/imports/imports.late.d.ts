// What the module of imports.work.ts is that scripts/late-host.ts makes in src/late/.
declare module '*late/imports.js' {
  export const RESUME_STATEMENTS: typeof import('./imports.work').RESUME_STATEMENTS
  export const cancelImport: typeof import('./imports.work').cancelImport
  export const importFile: typeof import('./imports.work').importFile
  export const previewImport: typeof import('./imports.work').previewImport
  export const resumeImport: typeof import('./imports.work').resumeImport
  export const revertImport: typeof import('./imports.work').revertImport
  export const sweepImports: typeof import('./imports.work').sweepImports
}
