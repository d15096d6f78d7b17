// The files that the Worker serves and a script makes: the documentation at /docs, and /llms.txt. Every command that starts
// or deploys the Worker makes them anew; only files that differ are written.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { docsFiles } from './docs.ts'
import { root } from './run.ts'

/** Writes public/docs/ and public/llms.txt. */
export function buildAssets(): void {
  const files = docsFiles()
  for (const [name, content] of files) {
    const path = join(root, 'public', name)
    if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  const left = globSync('docs/**/*.*', { cwd: join(root, 'public') }).map((name) => name.replaceAll('\\', '/'))
  for (const name of left) if (!files.has(name)) rmSync(join(root, 'public', name))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildAssets()
