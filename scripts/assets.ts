// Copies Swagger UI from node_modules to public/swagger/, so that the docs page needs no CDN.
import { copyFileSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './run.ts'

const files = ['swagger-ui-bundle.js', 'swagger-ui.css']

export function copyAssets() {
  const target = join(root, 'public', 'swagger')
  mkdirSync(target, { recursive: true })
  for (const file of files) {
    const from = join(root, 'node_modules', 'swagger-ui-dist', file)
    const to = join(target, file)
    if (statSync(to, { throwIfNoEntry: false })?.size !== statSync(from).size) copyFileSync(from, to)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) copyAssets()
