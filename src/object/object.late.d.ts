// What the module of object.work.ts is that scripts/late-host.ts makes in src/late/.
declare module '*late/objects.js' {
  export const partsOf: typeof import('./object.work').partsOf
  export const findWorkspace: typeof import('./object.work').findWorkspace
  export const sweepDirectory: typeof import('./object.work').sweepDirectory
}
