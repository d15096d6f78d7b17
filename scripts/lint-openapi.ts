// `npm run lint:openapi`: lints the documents in openapi/, after comparing them with the code.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { openApiProblems } from './openapi.ts'
import { ended, root, start } from './run.ts'

const problems = await openApiProblems()
for (const problem of problems) console.error(problem)
const files = globSync('openapi/*.json', { cwd: root })
const code = await ended(start('redocly', ['lint', ...files, '--config', join(root, 'redocly.yaml')]))
process.exitCode = code || (problems.length ? 1 : 0)
