// Makes src/late/*.js: what few requests need, each a module beside the main one, loaded by src/late.ts. Wrangler puts
// whatever is imported, also by `await import()`, into the main module, but for files that a rule of wrangler.toml names.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions, Plugin } from 'esbuild'
import { DESK, hostText } from './late-desk.ts'
import { root } from './run.ts'

const require = createRequire(import.meta.url)
// esbuild is wrangler's dependency, not ours, so it is found from there.
const { build }: typeof import('esbuild') = createRequire(require.resolve('wrangler'))('esbuild')

/** What each module gives, as src/bundle/late.d.ts and src/problems/problems.late.d.ts say it. A library shares no code with the main module. */
const LIBRARIES = {
  bcrypt: `export { compare, hash } from 'bcryptjs'`,
  chardet: `export { analyse } from 'chardet'`,
  explanations: `export { EXPLANATIONS } from './src/problems/problems.texts'`,
  'json-schema': `export * from './node_modules/zod/v4/core/json-schema-processors.js'`,
  oauth: `export { allowInsecureRequests, authorizationCodeGrantRequest, ClientSecretPost, discoveryRequest,
    getValidatedIdTokenClaims, processAuthorizationCodeResponse, processDiscoveryResponse, validateApplicationLevelSignature,
    validateAuthResponse } from 'oauth4webapi'`,
  ipaddr: `export { default } from 'ipaddr.js'`,
  saxes: `export { SaxesParser } from 'saxes'`,
  smtp: `export { default } from 'nodemailer/lib/smtp-connection'`,
}

/** nodemailer fetches attachments by their address, which nothing here has. */
const withoutFetch: Plugin = {
  name: 'without-fetch',
  setup: (one) =>
    one.onResolve({ filter: /^\.\.\/fetch\/index\.js$/ }, () => ({ path: join(root, 'src/bundle/unused.ts') })),
}

/** The modules that `reading` shares with the main module, which hands them over: src/imports/imports.reader.ts has them all. */
const SHARED = new RegExp(
  `^src/(${[
    ...['clock', 'errors', 'late', 'access/(person|visible)', 'billing/limits', 'events/event-insert'],
    ...['customers/(customers\\.fields|relationships\\.service)', 'leads/leads\\.(fields|progress)'],
    ...[
      'db/(batch|relations|schema|schema/tags|sql|tagging-marks)',
      'records/(fields|version)',
      'tags/(tags\\.schemas|tagged)',
    ],
    ...[
      'text/(address|fold|phone|searched)',
      'files/(csv-cells|unreadable)',
      'imports/imports\\.(job|kinds|templates)',
    ],
  ].join('|')})$`,
)

const withShared: Plugin = {
  name: 'with-shared',
  setup: (one) =>
    one.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const name = relative(root, join(resolveDir, path)).replaceAll('\\', '/').replace(/\.ts$/, '')
      return SHARED.test(name) ? { path: name, external: true } : undefined
    }),
}

// Its own code, which calls that of the main module: as a function of those.
async function makeReading() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src', 'imports', 'imports.reading.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'cjs',
    target: 'es2024',
    charset: 'utf8',
    external: ['node:*', '@hono/zod-openapi', 'drizzle-orm', 'drizzle-orm/*'],
    plugins: [withShared],
  })
  const [made] = outputFiles
  if (!made) throw new Error('esbuild made nothing of the reading of files')
  write('reading.js', `export function make(require){const module={exports:{}};${made.text}\nreturn module.exports}\n`)
}

/** Makes them where they are missing or out of date. */
export async function makeLateModules() {
  mkdirSync(join(root, 'src', 'late'), { recursive: true })
  for (const [name, contents] of Object.entries(LIBRARIES)) {
    await make(name, { stdin: { contents, resolveDir: root }, plugins: [withoutFetch] })
  }
  await makeDesk()
  await makeReading()
  makeMigrations()
}

// The schema, for the objects that hold a workspace each: the statements of every migration in their order.
function makeMigrations() {
  const files = readdirSync(join(root, 'drizzle')).filter((name) => name.endsWith('.sql'))
  const texts = files.toSorted().map((name) => readFileSync(join(root, 'drizzle', name), 'utf8'))
  const statements = texts.flatMap((text) =>
    text.split('--> statement-breakpoint').map((statement) => statement.trim()),
  )
  write('migrations.js', `export const MIGRATIONS = ${JSON.stringify(statements)}\n`)
}

/** Makes the module of the desk, which is our own and shares code with the main module, and the host of that code. */
export async function makeDesk() {
  write('host.mjs', hostText())
  await make('desk', DESK)
}

async function make(name: string, options: BuildOptions) {
  const { outputFiles } = await build({
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    ...options,
    write: false,
  })
  const [made] = outputFiles
  if (!made) throw new Error(`esbuild made nothing of ${name}`)
  write(`${name}.js`, made.text)
}

function write(name: string, text: string) {
  const file = join(root, 'src', 'late', name)
  if (textOf(file) !== text) writeFileSync(file, text)
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await makeLateModules()
