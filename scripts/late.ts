// Makes src/late/*.js: what few requests need, each a module beside the main one, loaded by src/late.ts. Wrangler puts
// whatever is imported, also by `await import()`, into the main module, but for files that a rule of wrangler.toml names.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'
import { root } from './run.ts'

const require = createRequire(import.meta.url)
// esbuild is wrangler's dependency, not ours, so it is found from there.
const { build }: typeof import('esbuild') = createRequire(require.resolve('wrangler'))('esbuild')

/** What each module gives, as src/bundle/late.d.ts and src/problems/problems.late.d.ts say it. It must share no code with the main module. */
const MODULES = {
  bcrypt: `export { compare, hash } from 'bcryptjs'`,
  explanations: `export { EXPLANATIONS } from './src/problems/problems.texts'`,
  'json-schema': `export * from './node_modules/zod/v4/core/json-schema-processors.js'`,
  oauth: `export { allowInsecureRequests, authorizationCodeGrantRequest, ClientSecretPost, discoveryRequest,
    getValidatedIdTokenClaims, processAuthorizationCodeResponse, processDiscoveryResponse, validateApplicationLevelSignature,
    validateAuthResponse } from 'oauth4webapi'`,
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
  for (const [name, contents] of Object.entries(MODULES)) {
    const file = join(root, 'src', 'late', `${name}.js`)
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: root },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: 'es2024',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['node:*'],
      plugins: [withoutFetch],
    })
    const [made] = outputFiles
    if (!made) throw new Error(`esbuild made nothing of ${name}`)
    if (textOf(file) !== made.text) writeFileSync(file, made.text)
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await makeLateModules()
