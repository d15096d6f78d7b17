// Measures the memory and the CPU that a job needs. Of memory: the smallest JavaScript heap in which it finishes. A heap too small for the live
// objects ends the process; the size of a heap at one moment says little, since V8 collects late.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const LEAST = 20
// What an isolate has on Workers.
const MOST = 128
const STEP = 2

/** The smallest heap in MB, by steps of two, with which `run(heap)` ends, and its result. Heaps are tried from the least up, since a heap too small is noticed early. */
export async function smallestHeap<T>(run: (heap: number) => Promise<T>, from = LEAST) {
  for (let heap = from; ; heap += STEP) {
    try {
      return { heap, result: await run(heap) }
    } catch (error) {
      if (heap + STEP > MOST) throw error
      console.error(`${heap} MB are too little`)
    }
  }
}

/** Peak and present memory, in MB, of the workerd that this process has started last; the peak begins anew. */
export function processMemory() {
  const pid = workerdPid()
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return { peak: field(status, 'VmHWM') / 1024, now: field(status, 'VmRSS') / 1024 }
}

/** The CPU that all threads of that workerd have taken, in milliseconds. */
export function processCpu(): number {
  const pid = workerdPid()
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.reduce((sum, task) => sum + cpuOf(`/proc/${pid}/task/${task}/schedstat`), 0) / 1e6
}

function cpuOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8').split(' ')[0])
  } catch {
    // The thread has ended since it was listed.
    return 0
  }
}

function workerdPid(): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return Math.max(...pids.filter(isOurs).map(Number))
}

function isOurs(pid: string) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return /^Name:\s+workerd/m.test(status) && field(status, 'PPid') === process.pid
  } catch {
    // It has ended since it was listed.
    return false
  }
}

const field = (status: string, name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
