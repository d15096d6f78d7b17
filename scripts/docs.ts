// The documentation as files of public/: each Markdown file as a page and as it is, an index to search, and /llms.txt.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { Marked, type Token, type Tokens } from 'marked'
import { collectionOf } from './collection.ts'
import { CONTENTS, htmlPage, type Section } from './docs-page.ts'
import { root } from './run.ts'

/** A page: the file that it is made of, and its path under /docs/ without an ending. */
type Source = { file: string; slug: string; text: string }

const OUTSIDE: Record<string, string> = {
  'README.md': 'index',
  'CONTRIBUTING.md': 'contributing',
  'CHANGELOG.md': 'changelog',
  'SECURITY.md': 'reporting',
  'packages/client/README.md': 'client',
}

/** The address of a heading, as GitHub makes it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

function slugOf(file: string): string {
  const dialect = /^src\/dialects\/(\w+)\/README\.md$/.exec(file)?.[1]
  if (dialect) return `dialects/${dialect}`
  const example = /^examples\/(?:([\w-]+)\/)?README\.md$/.exec(file)
  if (example) return example[1] ? `examples/${example[1]}` : 'examples'
  const under = file.replace(/^docs\//, '').replace(/\.md$/, '')
  return OUTSIDE[file] ?? (under === 'decisions/README' ? 'decisions/index' : under)
}

function sources(): Source[] {
  const patterns = [...Object.keys(OUTSIDE), 'docs/**/*.md', 'src/dialects/*/README.md', 'examples/**/README.md']
  const files = globSync(patterns, { cwd: root, exclude: (name) => String(name).includes('node_modules') })
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted()
    .map((file) => ({ file, slug: slugOf(file), text: readFileSync(join(root, file), 'utf8') }))
}

/** Where a link of a file leads on the site; undefined for a file that is no page. */
function siteLink(from: string, link: string, pages: Map<string, string>, ending = ''): string | undefined {
  if (/^[a-z]+:|^#|^\/(?!\/)/i.test(link)) return link
  const [path = '', anchor] = link.split('#')
  const file = posix.normalize(posix.join(dirname(from), path)).replace(/\/$/, '')
  const slug = pages.get(file) ?? pages.get(`${file}/README.md`)
  const hash = anchor === undefined ? '' : `#${anchor}`
  if (slug !== undefined) {
    const page = ending === '' ? slug.replace(/(^|\/)index$/, '$1') : slug
    return `/docs/${page}${page.endsWith('/') || page === '' ? '' : ending}${hash}`
  }
  return file.startsWith('docs/images/') ? `/${file}` : undefined
}

function render(source: Source, pages: Map<string, string>) {
  const sections: Section[] = []
  const marked = new Marked({ gfm: true })
  marked.use({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const anchor = anchorOf(plainText(tokens))
        sections.push({ depth, anchor, title: plainText(tokens) || text })
        const inner = this.parser.parseInline(tokens)
        return depth === 1
          ? `<h1>${inner}</h1>\n`
          : `<h${depth} id="${anchor}"><a href="#${anchor}">${inner}</a></h${depth}>\n`
      },
      link({ href, tokens }: Tokens.Link) {
        const inner = this.parser.parseInline(tokens)
        const to = siteLink(source.file, href, pages)
        return to === undefined ? inner : `<a href="${escaped(to)}">${inner}</a>`
      },
      table(token: Tokens.Table) {
        const cell = (each: Tokens.TableCell, tag: string) => `<${tag}>${this.parser.parseInline(each.tokens)}</${tag}>`
        const row = (cells: Tokens.TableCell[], tag: string) =>
          `<tr>${cells.map((each) => cell(each, tag)).join('')}</tr>`
        const body = token.rows.map((cells) => row(cells, 'td')).join('')
        return `<div class="table" tabindex="0"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`
      },
      html({ text }: Tokens.HTML | Tokens.Tag) {
        return text.replace(/(src|srcset)="([^"]+)"/g, (_, name, link) => {
          return `${name}="${siteLink(source.file, link, pages) ?? link}"`
        })
      },
    },
  })
  const tokens = marked.lexer(source.text)
  const body = marked.parser(tokens)
  return { body, sections, found: searchable(source, tokens) }
}

function plainText(tokens: Token[]): string {
  return tokens
    .map((token) => ('tokens' in token && token.tokens ? plainText(token.tokens) : token.raw.replace(/^`|`$/g, '')))
    .join('')
}

type Found = { page: string; title: string; anchor: string; heading: string; text: string }

// What a reader sees of Markdown, in one line.
const wordsOf = (markdown: string): string =>
  markdown
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/[`|*─├└▼►]|-{3,}/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** The sections of a page, each with its text, for the search. */
function searchable(source: Source, tokens: Token[]): Found[] {
  const page = siteLink('', source.file, new Map([[source.file, source.slug]])) ?? ''
  const title = titleOf(source)
  const found: Found[] = [{ page, title, anchor: '', heading: title, text: '' }]
  for (const token of tokens) {
    const last = found.at(-1)
    if (token.type === 'heading' && token.depth > 1) {
      const heading = plainText(token.tokens ?? [])
      found.push({ page, title, anchor: anchorOf(heading), heading, text: '' })
    } else if (last && token.type !== 'heading') last.text += ` ${wordsOf(token.raw)}`
  }
  return found
}

const titleOf = ({ text, slug }: Source): string => /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? slug

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** The first sentences of a page, for the list of pages. */
function summaryOf({ text }: Source): string {
  const paragraph = text.split(/\n{2,}/).find((part) => /^(?:[A-Z]|`[^`])/.test(part)) ?? ''
  const plain = paragraph.replace(/\s+/g, ' ').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
  return /^.*?[.:](?= |$)/.exec(plain)?.[0].replace(/:$/, '.') ?? plain
}

// As Markdown, links lead to the Markdown of the other pages.
function markdownOf(source: Source, pages: Map<string, string>): string {
  return source.text.replace(/\]\((?!https?:)([^)\s]+)\)/g, (whole, link) => {
    const to = siteLink(source.file, link, pages, '.md')
    return to === undefined ? whole : `](${to})`
  })
}

function llmsText(pages: Source[]): string {
  const bySlug = new Map(pages.map((page) => [page.slug, page]))
  const line = (page: Source) => `- [${titleOf(page)}](/docs/${page.slug}.md): ${summaryOf(page)}`
  const groups = CONTENTS.map(([heading, slugs]) => {
    return `## ${heading}\n\n${slugs
      .flatMap((slug) => bySlug.get(slug) ?? [])
      .map(line)
      .join('\n')}`
  })
  const [index] = pages.filter(({ slug }) => slug === 'index')
  return [
    `# Edge CRM\n\n> ${index ? summaryOf(index) : ''}`,
    '## API\n\n- [OpenAPI 3.1 document](/openapi.json): every operation, its input, its answers and its errors\n- [Errors](/problems): what each code means and how to mend it',
    ...groups,
    '',
  ].join('\n\n')
}

/** Every file of the documentation: its content by its path in public/. */
export function docsFiles(): Map<string, string | Buffer> {
  const pages = sources()
  const slugs = new Map(pages.map(({ file, slug }) => [file, slug]))
  const titles = new Map(pages.map((page) => [page.slug, titleOf(page)]))
  const rendered = pages.map((page) => ({ page, ...render(page, slugs) }))
  const images = globSync('docs/images/*', { cwd: root }).map((file) => file.replaceAll('\\', '/'))
  return new Map<string, string | Buffer>([
    ...rendered.map(({ page, body, sections }) => {
      const html = htmlPage({ title: titleOf(page), slug: page.slug, body, sections, titles })
      return [`docs/${page.slug}.html`, html] as const
    }),
    ...pages.map((page) => [`docs/${page.slug}.md`, markdownOf(page, slugs)] as const),
    ...images.map((file) => [file, readFileSync(join(root, file))] as const),
    [
      'docs/edge-crm.postman.json',
      JSON.stringify(collectionOf(JSON.parse(readFileSync(join(root, 'openapi/edge-crm.json'), 'utf8')))),
    ],
    ['docs/search.json', JSON.stringify(rendered.flatMap(({ found }) => found))],
    ['llms.txt', llmsText(pages)],
  ])
}
