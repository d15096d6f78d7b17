// Dressing a letter: plain text and HTML of the same words. Whatever a person wrote is escaped, and a subject is one line.
import type { Item, Letter } from './mail.templates'

export type Rendered = { subject: string; text: string; html: string }

export function render({ subject, paragraphs, facts = [], items = [], action }: Letter, workspace: string): Rendered {
  const told = facts.filter(([, value]) => value !== '')
  const title = oneLine(`${subject} · ${workspace}`)
  const text = [
    ...paragraphs.map(plain),
    ...(told.length > 0 ? [told.map(([label, value]) => `${label}: ${plain(value)}`).join('\n')] : []),
    ...items.map(({ title, note, link }) => [oneLine(title), plain(note), link].filter(Boolean).join('\n')),
    ...(action ? [`${action.label}:\n${action.link}`] : []),
    `-- \n${oneLine(workspace)}`,
  ].join('\n\n')
  const rows = told.map(
    ([label, value]) => `<tr><th align="left" valign="top">${label}</th><td>${html(value)}</td></tr>`,
  )
  const body = [
    ...paragraphs.map((paragraph) => `<p>${html(paragraph)}</p>`),
    ...(rows.length > 0 ? [`<table cellpadding="4">${rows.join('')}</table>`] : []),
    ...(items.length > 0 ? [`<ul>${items.map(listed).join('\n')}</ul>`] : []),
    ...(action ? [`<p><a href="${escaped(action.link)}">${escaped(action.label)}</a></p>`] : []),
    `<p style="color:#666">${html(oneLine(workspace))}</p>`,
  ].join('\n')
  const head = `<meta charset="utf-8"><title>${escaped(title)}</title>`
  const page = `<!doctype html>\n<html lang="en"><head>${head}</head>\n<body style="font-family:sans-serif">\n${body}\n</body></html>\n`
  return { subject: title, text: `${text}\n`, html: page }
}

/** Text for a header: one line, without control characters and without marks that turn the reading direction. */
export function oneLine(text: string): string {
  return text
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(TURNS, '')
    .trim()
    .slice(0, 300)
    .toWellFormed()
}

const TURNS = /[\u202a-\u202e\u2066-\u2069]/gu
// Everything below space but tab and newline.
const CONTROLS = /[^\P{Cc}\t\n]/gu

function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROLS, '').replace(TURNS, '')
}

function html(text: string): string {
  return escaped(plain(text)).replaceAll('\n', '<br>\n')
}

function listed({ title, note, link }: Item): string {
  return `<li><a href="${escaped(link)}">${html(oneLine(title))}</a>${note === '' ? '' : `<br>\n${html(note)}`}</li>`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
