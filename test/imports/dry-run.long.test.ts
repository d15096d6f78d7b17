// A dry run says exactly what the real run does, for any file and any options.
import { it } from 'vitest'
import { expectTrueDryRuns } from '../support/dry-run'

it(
  'of any file and any options says what the real one does, writes nothing, and then all is unchanged',
  () => expectTrueDryRuns({ isLarge: false }),
  240_000,
)
