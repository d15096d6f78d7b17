// What an example needs before it starts: its packages, and the client of this repository where it uses it.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const client = fileURLToPath(new URL('../packages/client/', import.meta.url))
const npm = (cwd, ...args) => {
  execFileSync('npm', [...args, '--no-audit', '--no-fund'], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
}

const { dependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'))
if ('edge-crm-client' in dependencies && !existsSync(`${client}dist/index.js`)) {
  console.log('Building the client …')
  npm(client, 'ci')
  npm(client, 'run', 'build')
}
if (!existsSync('node_modules')) {
  console.log('Installing …')
  npm(process.cwd(), 'ci')
}
