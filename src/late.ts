// What few requests need: each is a module beside the main one (scripts/late.ts), and runs when it is first asked for. The
// imports stand in this file, for wrangler keeps their addresses as they are, seen from here.

import { useJsonSchema } from './bundle/json-schema'

/** bcryptjs, for passwords. */
export const loadBcrypt = () => import('./late/bcrypt.js')

/** chardet, for files in legacy encodings. */
export const loadChardet = () => import('./late/chardet.js')

/** What a module of our own shares with the main one: made by scripts/late-host.ts, handed over by those who load it. */
export type Host = Record<string, unknown>

const handOver = (name: string, host: Host) => Reflect.set(globalThis, Symbol.for(`edge-crm ${name}`), host)

/** What runs in the background, and the verbs that begin much of it (src/background/background.verbs.ts). */
export function loadBackground(host: Host) {
  handOver('background', host)
  return import('./late/background.js')
}

/** The APIs of other systems (src/dialects/spoken.ts). */
export function loadDialects(host: Host) {
  handOver('dialects', host)
  return import('./late/dialects.js')
}

/** The pages of the desk. */
export function loadDesk(host: Host) {
  handOver('desk', host)
  return import('./late/desk.js')
}

/** The German words of the desk. */
export function loadGerman(host: Host) {
  handOver('german', host)
  return import('./late/german.js')
}

/** ipaddr.js, for addresses that people send. */
export const loadIpaddr = () => import('./late/ipaddr.js')

/** What each error means, for those who ask. */
export const loadExplanations = () => import('./late/explanations.js')

/** zod's writer of JSON Schema, for documents. `z.toJSONSchema` may be called from then on. */
export const loadJsonSchema = async () => useJsonSchema(await import('./late/json-schema.js'))

/** What only STORAGE=objects needs (src/object/object.work.ts). The entry point hands its host over, which has files of all rooms. */
export const loadObjects = () => import('./late/objects.js')
export const handOverObjects = (host: Host) => handOver('objects', host)

/** The statements that make the schema, for an object that holds a workspace. */
export const loadMigrations = async () => (await import('./late/migrations.js')).MIGRATIONS

/** oauth4webapi, for sign-in by a provider. */
export const loadOAuth = () => import('./late/oauth.js')

/** What reads, writes and reverts imports (src/imports/imports.work.ts). */
export function loadImports(host: Host) {
  handOver('imports', host)
  return import('./late/imports.js')
}

/** saxes, for workbooks. */
export const loadSaxes = () => import('./late/saxes.js')

/** nodemailer's SMTP connection, for mail. */
export const loadSmtp = () => import('./late/smtp.js')
