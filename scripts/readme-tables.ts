// Compares the lists in docs/ with the code: settings, dependencies,
// commands, rooms, linked files. Each check gives its problems as lines.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CONTENTS } from './docs-page.ts'
import { root } from './run.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Rows of the tables under a heading of a document, as cells. */
export function tableUnder(text: string, heading: string): string[][] {
  const [, section = ''] = text.split(new RegExp(`^##? ${heading}$`, 'm'))
  const [own = ''] = section.split(/^## /m)
  const lines = own.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) => line.split('|').slice(1, -1).map(plain))
}

const plain = (cell: string) => cell.trim().replaceAll('`', '')

/** Says what one list has that the other lacks. */
export function compared(what: string, shown: Iterable<string>, actual: Iterable<string>): string[] {
  const [here, there] = [new Set(shown), new Set(actual)]
  return [
    ...[...there].filter((name) => !here.has(name)).map((name) => `${what}: ${name} is missing`),
    ...[...here].filter((name) => !there.has(name)).map((name) => `${what}: there is no ${name}`),
  ]
}

const README_LINES = 200

function readmeLength() {
  const lines = read('README.md').split('\n').length - 1
  return lines > README_LINES ? [`README.md has ${lines} lines, more than ${README_LINES}: move some to docs/`] : []
}

function settings() {
  const source = read('src/config.ts')
  const actual = [...source.matchAll(/^ {4}([A-Z_]+): (.*)$/gm)]
  const rows = new Map(
    tableUnder(read('docs/settings.md'), 'Settings').map(([name = '', fallback]) => [name, fallback]),
  )
  const numbers = actual.flatMap(([, name = '', definition = '']) => {
    const fallback = /^whole\((\d+)/.exec(definition)?.[1] ?? /\.default\('(\w+)'\)/.exec(definition)?.[1]
    const isShown = fallback === undefined || rows.get(name) === fallback
    return isShown ? [] : [`docs/settings.md: ${name} is ${fallback} unless set, not ${rows.get(name)}`]
  })
  const names = actual.map(([, name = '']) => name)
  return [...compared('docs/settings.md', rows.keys(), names), ...numbers]
}

function dependencies() {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'))
  const actual = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  const shown = tableUnder(read('docs/tools.md'), 'Dependencies').map(([name = '']) => name)
  return compared('docs/tools.md, dependencies', shown, actual)
}

function commands() {
  const { scripts } = JSON.parse(read('package.json'))
  const shown = tableUnder(read('docs/tools.md'), 'Commands').map(([name = '']) => name)
  const actual = Object.keys(scripts).map((name) => (name === 'test' ? 'npm test' : `npm run ${name}`))
  return compared('docs/tools.md, commands', shown, actual)
}

function rooms() {
  const entries = readdirSync(join(root, 'src'), { withFileTypes: true, recursive: true })
  // src/late/ is made by a command, and not part of the repository.
  const files = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('late'))
    .map(({ parentPath }) => parentPath)
  const folders = files.filter((path) => path !== join(root, 'src')).map((path) => `${path.slice(root.length + 1)}/`)
  const rows = tableUnder(read('docs/architecture.md'), 'The rooms').map(([name = '']) => name)
  const shown = rows.filter((name) => name.endsWith('/'))
  return compared('docs/architecture.md, rooms', shown, folders)
}

function contents() {
  const slugs = new Set(CONTENTS.flatMap(([, list]) => list))
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
  const missing = pages.map((name) => name.replace(/\.md$/, '')).filter((slug) => !slugs.has(slug))
  return missing.map((slug) => `docs/${slug}.md stands in no group of CONTENTS in scripts/docs-page.ts`)
}

function decisions() {
  const pages = readdirSync(join(root, 'docs', 'decisions')).filter((name) => /^\d/.test(name))
  const shown = [...read('docs/decisions/README.md').matchAll(/\]\(([^)]+)\)/g)].map(([, name = '']) => name)
  return compared('docs/decisions/README.md', shown, pages)
}

function logEvents() {
  const sources = globSync('src/**/*.ts', { cwd: root }).map(read)
  const logged = sources.flatMap((text) => [...text.matchAll(/\bevent(?::| =) '(\w+)'/g)].map(([, name = '']) => name))
  const shown = tableUnder(read('docs/deploying.md'), 'Running it').map(([name = '']) => name)
  return compared('docs/deploying.md, log', shown, logged)
}

function links() {
  const documents = globSync(
    [
      '*.md',
      'docs/**/*.md',
      'src/dialects/**/*.md',
      'packages/*/*.md',
      'collections/*.md',
      'examples/*.md',
      'examples/*/*.md',
    ],
    { cwd: root },
  )
  return documents.flatMap((path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = '']) => link)
    return links.filter((link) => !leadsSomewhere(path, link)).map((link) => `${path}: ${link} leads nowhere`)
  })
}

function leadsSomewhere(from: string, link: string) {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? from : join(dirname(from), file)
  if (!existsSync(join(root, target))) return false
  const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase())
  const anchors = headings.map((heading) => heading.replace(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-'))
  return anchor === undefined || anchors.includes(anchor)
}

/** Every way in which the documents differ from the code, as lines; none when they agree. */
export function writtenProblems() {
  return [
    ...readmeLength(),
    ...settings(),
    ...dependencies(),
    ...commands(),
    ...rooms(),
    ...contents(),
    ...decisions(),
    ...logEvents(),
    ...links(),
  ]
}
