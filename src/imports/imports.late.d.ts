// What the module of imports.reading.ts is that scripts/late-host.ts makes in src/late/.
declare module '*late/reading.js' {
  export const createGathering: typeof import('./imports.reading').createGathering
  export const lookAt: typeof import('./imports.reading').lookAt
  export const openFile: typeof import('./imports.reading').openFile
  export const preparerOf: typeof import('./imports.reading').preparerOf
  export const rowStager: typeof import('./imports.reading').rowStager
}
