// The frame of a page of the documentation: contents on the left, the page, its own sections on the right, a search.
import { escaped } from './docs.ts'

export type Section = { depth: number; anchor: string; title: string }

/** The order of the pages, by group. A page that stands in none is found by the search and by links. */
export const CONTENTS: [string, string[]][] = [
  ['Begin', ['index', 'tour', 'desk', 'frontend', 'signing-in', 'client', 'examples']],
  ['The API', ['api', 'querying', 'events', 'importing', 'exporting', 'migrating', 'versioning']],
  ['Run it', ['deploying', 'settings', 'security', 'performance', 'scaling']],
  ['Change it', ['architecture', 'contributing', 'tools', 'decisions/index', 'changelog']],
]

type Page = { title: string; slug: string; body: string; sections: Section[]; titles: Map<string, string> }

const address = (slug: string) => `/docs/${slug.replace(/(^|\/)index$/, '$1')}`

function contents(shown: string, titles: Map<string, string>): string {
  const item = (slug: string) => {
    const name = slug === 'index' ? 'Overview' : (titles.get(slug) ?? slug)
    return `<li><a href="${address(slug)}"${slug === shown ? ' aria-current="page"' : ''}>${escaped(name)}</a></li>`
  }
  return CONTENTS.map(([heading, slugs]) => {
    const there = slugs.filter((slug) => titles.has(slug))
    return `<h2>${heading}</h2><ul>${there.map(item).join('')}</ul>`
  }).join('')
}

/** A page as HTML. Its scripts only search: everything can be read without. */
export function htmlPage({ title, slug, body, sections, titles }: Page): string {
  const own = sections.filter(({ depth }) => depth === 2)
  const list = own.map((each) => `<li><a href="#${each.anchor}">${escaped(each.title)}</a></li>`).join('')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}${slug === 'index' ? '' : ' · Edge CRM'}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs.css">
<link rel="alternate" type="text/markdown" href="/docs/${slug}.md">
<script src="/docs.js" defer></script>
</head>
<body>
<a class="skip" href="#page">To the page</a>
<header>
<a class="name" href="/docs/">Edge CRM</a>
<search><label><span>Search</span> <input id="search" type="search" placeholder="Search: press /" autocomplete="off"></label>
<ol id="found" aria-live="polite" hidden></ol></search>
<nav aria-label="Elsewhere"><a href="/doc">API reference</a> <a href="/problems">Errors</a> <a href="/dashboard">Desk</a></nav>
</header>
<div class="frame">
<nav class="contents" aria-label="Contents">${contents(slug, titles)}</nav>
<main id="page">
${body}
<p class="source"><a href="/docs/${slug}.md">This page as Markdown</a></p>
</main>
${own.length > 1 ? `<nav class="sections" aria-label="On this page"><h2>On this page</h2><ul>${list}</ul></nav>` : ''}
</div>
</body>
</html>
`
}
