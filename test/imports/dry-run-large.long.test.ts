// A dry run says exactly what the real run does, for any file of several chunks and any options.
import { it } from 'vitest'
import { expectTrueDryRuns } from '../support/dry-run'

it(
  'of any large file and any options says what the real one does, writes nothing, and then all is unchanged',
  () => expectTrueDryRuns({ isLarge: true }),
  240_000,
)
