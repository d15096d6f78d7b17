// Makes src/late/*.js: what few requests need, each a module beside the main one, loaded by src/late.ts. Wrangler puts
// whatever is imported, also by `await import()`, into the main module, but for files that a rule of wrangler.toml names.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions, Plugin } from 'esbuild'
import { hostText, OWN, ownModule } from './late-host.ts'
import { root } from './run.ts'

const require = createRequire(import.meta.url)
// esbuild is wrangler's dependency, not ours, so it is found from there.
const { build }: typeof import('esbuild') = createRequire(require.resolve('wrangler'))('esbuild')

/** What each module of a library gives, as src/bundle/late.d.ts and src/problems/problems.late.d.ts say it. */
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

/** Makes them where they are missing or out of date. */
export async function makeLateModules() {
  mkdirSync(join(root, 'src', 'late'), { recursive: true })
  for (const [name, contents] of Object.entries(LIBRARIES)) {
    await make(name, { stdin: { contents, resolveDir: root }, plugins: [withoutFetch] })
  }
  for (const name of Object.keys(OWN)) {
    write(`${name}.host.mjs`, hostText(name))
    await make(name, ownModule(name))
  }
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
