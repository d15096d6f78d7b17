// A reporter: prints the wall time of a test on average, and the slowest files. It fails nothing.
import type { Reporter, TestModule } from 'vitest/node'

const GOAL_MS_A_TEST = 75
const GOAL_S_A_FILE = 8
const SHOWN = 5

const seconds = (ms: number) => (ms / 1000).toFixed(1)

/** Milliseconds of a file: its imports, hooks and tests, without those of the setup file. */
function timeOf(module: TestModule): number {
  const { collectDuration, duration } = module.diagnostic()
  return collectDuration + duration
}

function fileLine(module: TestModule): string {
  const mark = isSlow(module) ? `  OVER ${GOAL_S_A_FILE} s` : ''
  return `${seconds(timeOf(module)).padStart(10)} s  ${module.relativeModuleId}${mark}`
}

const isSlow = (module: TestModule) => timeOf(module) > GOAL_S_A_FILE * 1000

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
      const slowest = modules.toSorted((a, b) => timeOf(b) - timeOf(a))
      const shown = slowest.filter((module, i) => i < SHOWN || isSlow(module))
      console.log(`  Wall time  ${seconds(wall)} s, ${(wall / count).toFixed(1)} ms a test (goal: ${GOAL_MS_A_TEST})`)
      console.log(['    Slowest  files', ...shown.map(fileLine)].join('\n'))
    },
  }
}
