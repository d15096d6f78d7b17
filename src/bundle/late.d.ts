// What the modules of libraries are that scripts/late.ts makes in src/late/, and the hosts of those of our own.
declare module '*.host.mjs' {
  export const HOST: Record<string, unknown>
}
declare module '*late/bcrypt.js' {
  export { compare, hash } from 'bcryptjs'
}
declare module '*late/ipaddr.js' {
  export { default } from 'ipaddr.js'
}
declare module '*late/json-schema.js' {
  export const toJSONSchema: unknown
}
declare module '*late/chardet.js' {
  export { analyse } from 'chardet'
}
declare module '*late/saxes.js' {
  export { SaxesParser } from 'saxes'
}
declare module '*late/oauth.js' {
  export * from 'oauth4webapi'
}
declare module '*late/migrations.js' {
  export const MIGRATIONS: readonly string[]
}
declare module '*late/smtp.js' {
  export { default } from 'nodemailer/lib/smtp-connection'
}
