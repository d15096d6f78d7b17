// What the module is that scripts/late.ts makes of imports.reading.ts.
declare module '*late/reading.js' {
  export function make(shared: (name: string) => unknown): typeof import('./imports.reading')
}
