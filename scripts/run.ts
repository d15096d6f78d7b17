// Starts the tools of this project with this Node, without prompts, telemetry or network.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const tools = {
  biome: '@biomejs/biome/bin/biome',
  redocly: '@redocly/cli/bin/cli.js',
  tsc: 'typescript/bin/tsc',
  vitest: 'vitest/vitest.mjs',
  wrangler: 'wrangler/bin/wrangler.js',
}
export type Tool = keyof typeof tools

const quietEnv = {
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
}

// Scripts run the tool's own JavaScript, since a name in node_modules/.bin is no program on Windows.
export function start(tool: Tool, args: string[], { env, ...options }: SpawnOptions = {}) {
  const script = join(root, 'node_modules', tools[tool])
  return spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...quietEnv, ...env },
    ...options,
  })
}

/** The exit code of a process, once it has ended. */
export function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

export async function capture(tool: Tool, args: string[], { env }: Pick<SpawnOptions, 'env'> = {}) {
  const child = start(tool, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { CI: '1', NO_COLOR: '1', FORCE_COLOR: '0', ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  return { code: await ended(child), output }
}

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

// For steps whose output matters only when they fail.
export async function quietly(tool: Tool, args: string[], failure: string) {
  const { code, output } = await capture(tool, args)
  if (code === 0) return output
  throw new Error(`${failure}\n${output.trim()}`)
}
