// What the module of the desk is that scripts/late-host.ts makes in src/late/.
declare module '*late/desk.js' {
  export const onDeskError: typeof import('./desk.dispatch').onDeskError
  export const openDesk: typeof import('./desk.dispatch').openDesk
}
declare module '*late/german.js' {
  export const de: import('./words/words').Words
}
