// The examples in the READMEs compile against the package as it is built.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const home = fileURLToPath(new URL('..', import.meta.url))
const folder = join(home, 'test/compiled')
const compiler = join(home, 'node_modules/typescript/bin/tsc')
after(() => rmSync(folder, { recursive: true, force: true }))

const examplesOf = (readme) =>
  [
    ...readFileSync(join(home, readme), 'utf8').matchAll(/```ts\n([^`]*edge-crm-client[^`]*(?:`[^`\n]+`[^`]*)*?)```/g),
  ].map(([, code]) => code)

it('the examples, and what an application may write, compile', () => {
  const examples = ['README.md', '../../README.md'].flatMap(examplesOf)
  assert.ok(examples.length >= 4)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(home, join(folder, 'node_modules/edge-crm-client'))
  for (const [n, code] of examples.entries()) writeFileSync(join(folder, `example-${n}.ts`), code)
  const config = { extends: '../tsconfig.json', include: ['*.ts', '../types.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  execFileSync(process.execPath, [compiler, '-p', folder], { stdio: 'inherit' })
})
