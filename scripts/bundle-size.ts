// How large the Worker is as it is deployed. `npm run check` keeps the main module within MOST_GZIPPED, and the desk in its bounds.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { quietly, root } from './run.ts'

export const production = ['--env', 'production']
/** The main module, in bytes: workerd parses it before the first request. */
const MOST_GZIPPED = 306 * 1024

/** What a page of the desk loads, in bytes: its module gzipped, its sheet gzipped, its script as it is. */
const DESK = [
  { path: 'src/late/desk.js', most: 60 * 1024, isGzipped: true },
  { path: 'public/desk.css', most: 15 * 1024, isGzipped: true },
  { path: 'public/desk.js', most: 10 * 1024, isGzipped: false },
]

/** Builds the Worker into a folder. `late` has all other modules of code. In bytes. */
export async function bundled(folder: string, args: string[] = []) {
  const build = ['deploy', ...production, '--minify', '--dry-run', '--outdir', folder, ...args]
  await quietly('wrangler', build, 'The Worker could not be built.')
  const code = (path: string) => readFileSync(resolve(root, folder, path))
  const paths = readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
  const late = paths.filter((path) => path.endsWith('.js') && path !== 'index.js')
  const main = code('index.js')
  return {
    main: main.length,
    gzipped: gzipSync(main, { level: 9 }).length,
    late: late.reduce((sum, path) => sum + code(path).length, 0),
  }
}

/** What is wrong with its size, for `npm run check`. */
export async function tooLarge(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'edge-crm-'))
  try {
    const { gzipped } = await bundled(folder)
    if (gzipped <= MOST_GZIPPED) return deskTooLarge()
    const size = `${(gzipped / 1024).toFixed(1)} KiB gzipped, and may be ${MOST_GZIPPED / 1024}`
    return [`The main module has ${size}: see "Size and start-up" in docs/performance.md for what can stand beside it.`]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function deskTooLarge(): string[] {
  return DESK.flatMap(({ path, most, isGzipped }) => {
    const file = readFileSync(join(root, path))
    const size = isGzipped ? gzipSync(file, { level: 9 }).length : file.length
    return size <= most ? [] : [`${path} has ${(size / 1024).toFixed(1)} KiB, and may have ${most / 1024}.`]
  })
}
