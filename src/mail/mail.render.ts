// Renders a mail as plain text and HTML with the same content, in its reader's language. Text that people wrote is escaped and cannot forge a line.
import type { Language } from '../languages'
import type { Item, MailContent } from './mail.template'
import { brief, linesOf, oneLine } from './mail.text'
import { MAIL_WORDS } from './mail.words'

export type Rendered = { subject: string; text: string; html: string }
const PRODUCT = 'Edge CRM'
const PARAGRAPH_MAX = 2000

/**
 * `workspace` is the name of the workspace; empty if the mail may not contain text that people wrote. `stop` is the link
 * that stops such mail.
 */
export function render(
  { subject, paragraphs, facts = [], quote, items = [], action }: MailContent,
  workspace: string,
  language: Language,
  stop?: string,
): Rendered {
  const { frame } = MAIL_WORDS[language]
  const from = brief(workspace)
  const title = oneLine(from === '' ? subject : `${subject} · ${from}`)
  const cleanParagraphs = paragraphs.map((paragraph) => oneLine(paragraph, PARAGRAPH_MAX))
  const filledFacts = facts
    .map(([label, value]) => [label, oneLine(value)] as const)
    .filter(([, value]) => value !== '')
  const quoted = quote?.text ? linesOf(quote.text) : []
  const quoteLabel = quoted.length > 0 && quote?.label ? [`${quote.label}:`] : []
  const text = [
    ...cleanParagraphs,
    ...(filledFacts.length > 0 ? [filledFacts.map(([label, value]) => `${label}: ${value}`).join('\n')] : []),
    ...(quoted.length > 0 ? [[...quoteLabel, ...quoted.map((line) => `> ${line}`)].join('\n')] : []),
    ...items.map(({ title, note, link }) => [oneLine(title), oneLine(note), link].filter(Boolean).join('\n')),
    ...(action ? [`${action.label}:\n${action.link}`] : []),
    `-- \n${from || PRODUCT}${stop ? `\n${frame.stop}: ${stop}` : ''}`,
  ].join('\n\n')
  const rows = filledFacts.map(
    ([label, value]) => `<tr><th align="left" valign="top">${label}</th><td>${escapeHtml(value)}</td></tr>`,
  )
  const body = [
    ...cleanParagraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    ...(rows.length > 0 ? [`<table cellpadding="4">${rows.join('')}</table>`] : []),
    ...quoteLabel.map((label) => `<p>${label}</p>`),
    ...(quoted.length > 0 ? [`<blockquote>${quoted.map(escapeHtml).join('<br>\n')}</blockquote>`] : []),
    ...(items.length > 0 ? [`<ul>${items.map(listItemHtml).join('\n')}</ul>`] : []),
    ...(action ? [`<p><a href="${escapeHtml(action.link)}">${escapeHtml(action.label)}</a></p>`] : []),
    `<p style="color:#666">${escapeHtml(from || PRODUCT)}${stop ? ` · <a href="${escapeHtml(stop)}">${frame.stop}</a>` : ''}</p>`,
  ].join('\n')
  const head = `<meta charset="utf-8"><title>${escapeHtml(title)}</title>`
  const page = `<!doctype html>\n<html lang="${language}"><head>${head}</head>\n<body style="font-family:sans-serif">\n${body}\n</body></html>\n`
  return { subject: title, text: `${text}\n`, html: page }
}

function listItemHtml({ title, note, link }: Item): string {
  const cleanNote = oneLine(note)
  return `<li><a href="${escapeHtml(link)}">${escapeHtml(oneLine(title))}</a>${cleanNote === '' ? '' : `<br>\n${escapeHtml(cleanNote)}`}</li>`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
