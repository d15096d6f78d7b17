// What the module of spoken.ts is that scripts/late-host.ts makes in src/late/.
declare module '*late/dialects.js' {
  export const dialectAt: typeof import('./spoken').dialectAt
  export const dialects: typeof import('./spoken').dialects
  export const documentText: typeof import('./spoken').documentText
  export const limitedPaths: typeof import('./spoken').limitedPaths
  export const mountOf: typeof import('./spoken').mountOf
  export const nameDialect: typeof import('./spoken').nameDialect
  export const noStore: typeof import('./spoken').noStore
  export const routedPath: typeof import('./spoken').routedPath
  export const translate: typeof import('./spoken').translate
}
