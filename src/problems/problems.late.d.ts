// What the module of texts is that scripts/late.ts makes in src/late/.
declare module '*late/explanations.js' {
  export const EXPLANATIONS: typeof import('./problems.texts').EXPLANATIONS
}
