// A reporter: prints the wall time of a test on average, the slowest files, and what is above its limit. It fails nothing.
import type { Reporter, TestModule } from 'vitest/node'

/** What two cores with nothing else running keep to. */
const LIMIT = { msATest: 75, secondsAFile: 8 }
const SHOWN = 5
const RED = '\x1b[31m'
const PLAIN = '\x1b[0m'

const red = (text: string) => (process.stdout.isTTY && !process.env.NO_COLOR ? `${RED}${text}${PLAIN}` : text)

/** Seconds of a file: its imports, hooks and tests, without those of the setup file. */
function secondsOf(module: TestModule): number {
  const { collectDuration, duration } = module.diagnostic()
  return (collectDuration + duration) / 1000
}

const isSlow = (module: TestModule) => secondsOf(module) > LIMIT.secondsAFile

function fileLine(module: TestModule): string {
  const line = `${secondsOf(module).toFixed(1).padStart(10)} s  ${module.relativeModuleId}`
  return isSlow(module) ? red(`${line}  ABOVE ${LIMIT.secondsAFile} s`) : line
}

/** The last line: that the limits hold, or which do not. The time of a test says something of a whole run alone. */
function verdict(msATest: number, slow: number, isWhole: boolean): string {
  const found = [
    slow > 0 ? `${slow} ${slow === 1 ? 'file' : 'files'} above ${LIMIT.secondsAFile} s` : [],
    isWhole && msATest > LIMIT.msATest ? `${msATest.toFixed(1)} ms a test, above ${LIMIT.msATest} ms` : [],
  ].flat()
  return found.length === 0 ? '  Limits     kept' : red(`  Limits     NOT KEPT: ${found.join('; ')}`)
}

const WHOLE = 100

/** The reporter. The first run counts from the start of the process, a run in watch mode from the save. */
export function times(): Reporter {
  let startedAt = 0
  return {
    onWatcherRerun: () => {
      startedAt = performance.now()
    },
    onTestRunEnd: (modules) => {
      const wall = performance.now() - startedAt
      const count = modules.reduce((sum, { children }) => sum + [...children.allTests()].length, 0)
      if (count === 0) return
      const slowest = modules.toSorted((a, b) => secondsOf(b) - secondsOf(a))
      const shown = slowest.filter((module, i) => i < SHOWN || isSlow(module))
      const msATest = wall / count
      console.log(['   Slowest files', ...shown.map(fileLine)].join('\n'))
      console.log(`  Wall time  ${(wall / 1000).toFixed(1)} s for ${count} tests, ${msATest.toFixed(1)} ms a test`)
      console.log(verdict(msATest, shown.filter(isSlow).length, count >= WHOLE))
    },
  }
}
