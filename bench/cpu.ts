// The CPU time of workerd, the only child of this program that serves: it says what a request costs on a machine that is busy
// with other work, where requests a second do not. Linux tells it in steps of 10 ms.
import { readdirSync, readFileSync } from 'node:fs'

const TICK_MS = 10

type Process = { name: string; parent: number; ticks: number }

// `pid (name) state ppid …`: the name may hold blanks, and utime and stime are the 14th and 15th field.
function processOf(pid: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    return { name, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}

/** The milliseconds of CPU that workerd has taken so far, all of them together; 0 where the system does not tell. */
export function workerdCpu(): number {
  let pids: string[]
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return 0
  }
  const mine = pids.flatMap((pid) => processOf(pid) ?? []).filter(({ parent }) => parent === process.pid)
  return mine.reduce((sum, { name, ticks }) => (name === 'workerd' ? sum + ticks : sum), 0) * TICK_MS
}
