// What the Worker says on the console.
import { vi } from 'vitest'

const LEVELS = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const

/** Every line from now on, instead of the console; `vi.restoreAllMocks()` ends it. */
export function overheard(): string[] {
  const lines: string[] = []
  for (const level of LEVELS) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      lines.push(parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '))
    })
  }
  return lines
}
