// What the module of imports.reading.ts is that scripts/late-host.ts makes in src/late/.
declare module '*late/reading.js' {
  export const openFile: typeof import('./imports.reading').openFile
  export const prepareRow: typeof import('./imports.reading').prepareRow
}
