// What the modules of the desk are that scripts/late-desk.ts makes in src/late/.
declare module '*late/desk.js' {
  export { onDeskError, openDesk } from './desk.dispatch'
}
declare module '*late/desk-de.js' {
  export { de } from './words/de'
}
declare module '*late/host.mjs' {
  export const HOST: Record<string, Record<string, unknown>>
}
