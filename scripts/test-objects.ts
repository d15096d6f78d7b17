// `npm run test:objects`: runs tests with each workspace in an object (STORAGE=objects): those that are named, else these.
import { ended, start } from './run.ts'

const FILES = ['test/objects', 'test/leads', 'test/tickets', 'test/search', 'test/api/access.test.ts']

// It kills a job through the binding of D1, which an object does not ask.
const NOT = ['--exclude', 'test/leads/convert-much.test.ts']

const given = process.argv.slice(2)
const run = start('vitest', ['run', ...(given.length > 0 ? given : [...FILES, ...NOT])], {
  stdio: 'inherit',
  env: { STORAGE: 'objects' },
})
process.exitCode = await ended(run)
