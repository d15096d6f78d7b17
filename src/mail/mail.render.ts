// Dressing a letter: plain text and HTML of the same words. Whatever a person wrote is escaped, and forges no line.
import type { Item, MailContent } from './mail.templates'
import { brief, linesOf, oneLine } from './mail.text'

export type Rendered = { subject: string; text: string; html: string }
const PRODUCT = 'Edge CRM'
const PARAGRAPH_MAX = 2000

/** `workspace` is its name; empty where the reader is not to be told. `stop` is the link that stops such mail. */
export function render(
  { subject, paragraphs, facts = [], quote, items = [], action }: MailContent,
  workspace: string,
  stop?: string,
): Rendered {
  const from = brief(workspace)
  const title = oneLine(from === '' ? subject : `${subject} · ${from}`)
  const said = paragraphs.map((paragraph) => oneLine(paragraph, PARAGRAPH_MAX))
  const filledFacts = facts
    .map(([label, value]) => [label, oneLine(value)] as const)
    .filter(([, value]) => value !== '')
  const quoted = quote?.text ? linesOf(quote.text) : []
  const introduced = quoted.length > 0 && quote?.label ? [`${quote.label}:`] : []
  const text = [
    ...said,
    ...(filledFacts.length > 0 ? [filledFacts.map(([label, value]) => `${label}: ${value}`).join('\n')] : []),
    ...(quoted.length > 0 ? [[...introduced, ...quoted.map((line) => `> ${line}`)].join('\n')] : []),
    ...items.map(({ title, note, link }) => [oneLine(title), oneLine(note), link].filter(Boolean).join('\n')),
    ...(action ? [`${action.label}:\n${action.link}`] : []),
    `-- \n${from || PRODUCT}${stop ? `\nStop this mail: ${stop}` : ''}`,
  ].join('\n\n')
  const rows = filledFacts.map(
    ([label, value]) => `<tr><th align="left" valign="top">${label}</th><td>${escapeHtml(value)}</td></tr>`,
  )
  const body = [
    ...said.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    ...(rows.length > 0 ? [`<table cellpadding="4">${rows.join('')}</table>`] : []),
    ...introduced.map((label) => `<p>${label}</p>`),
    ...(quoted.length > 0 ? [`<blockquote>${quoted.map(escapeHtml).join('<br>\n')}</blockquote>`] : []),
    ...(items.length > 0 ? [`<ul>${items.map(listItemHtml).join('\n')}</ul>`] : []),
    ...(action ? [`<p><a href="${escapeHtml(action.link)}">${escapeHtml(action.label)}</a></p>`] : []),
    `<p style="color:#666">${escapeHtml(from || PRODUCT)}${stop ? ` · <a href="${escapeHtml(stop)}">Stop this mail</a>` : ''}</p>`,
  ].join('\n')
  const head = `<meta charset="utf-8"><title>${escapeHtml(title)}</title>`
  const page = `<!doctype html>\n<html lang="en"><head>${head}</head>\n<body style="font-family:sans-serif">\n${body}\n</body></html>\n`
  return { subject: title, text: `${text}\n`, html: page }
}

function listItemHtml({ title, note, link }: Item): string {
  const below = oneLine(note)
  return `<li><a href="${escapeHtml(link)}">${escapeHtml(oneLine(title))}</a>${below === '' ? '' : `<br>\n${escapeHtml(below)}`}</li>`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
