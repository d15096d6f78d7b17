// Room: docs. The search of /docs: sections whose words begin with every word that was typed, the best first.
const input = document.getElementById('search')
const list = document.getElementById('found')
const MOST = 12
const BACKGROUND = /decisions|changelog|architecture|contributing/
let sections

const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []

async function load() {
  const answer = await fetch('/docs/search.json')
  const all = await answer.json()
  return all.map((section) => ({ ...section, head: section.heading.toLowerCase(), low: section.text.toLowerCase() }))
}

function score({ head, low, title, page }, words) {
  let sum = 0
  for (const word of words) {
    const inHead = head.includes(word)
    const at = low.indexOf(word)
    if (!inHead && at < 0 && !title.toLowerCase().includes(word)) return 0
    sum += (inHead ? 20 : 0) + (title.toLowerCase().includes(word) ? 10 : 0) + (at < 0 ? 0 : 5)
  }
  // How to use it comes before why it is so.
  return BACKGROUND.test(page) ? sum / 4 : sum
}

function excerpt({ text, low }, [word = '']) {
  const at = Math.max(0, low.indexOf(word) - 40)
  return `${at > 0 ? '…' : ''}${text.slice(at, at + 140).trim()}…`
}

async function search() {
  const words = wordsOf(input.value)
  sections ??= load()
  const scored = (await sections).map((section) => ({ section, points: words.length ? score(section, words) : 0 }))
  const best = scored.filter(({ points }) => points > 0).sort((a, b) => b.points - a.points)
  list.replaceChildren(
    ...best.slice(0, MOST).map(({ section }) => {
      const link = document.createElement('a')
      link.href = section.page + (section.anchor ? `#${section.anchor}` : '')
      const where = section.heading === section.title ? section.title : `${section.title}: ${section.heading}`
      link.append(Object.assign(document.createElement('b'), { textContent: where }))
      link.append(Object.assign(document.createElement('span'), { textContent: excerpt(section, words) }))
      const item = document.createElement('li')
      item.append(link)
      return item
    }),
  )
  if (words.length && best.length === 0) list.textContent = 'Nothing found.'
  list.hidden = words.length === 0
}

input.addEventListener('input', search)
input.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') input.value = ''
  if (event.key === 'Escape') search()
  if (event.key === 'Enter') list.querySelector('a')?.click()
  if (event.key === 'ArrowDown') list.querySelector('a')?.focus()
})
list.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') input.focus()
  const item = document.activeElement?.closest('li')
  const next = { ArrowDown: item?.nextElementSibling, ArrowUp: item?.previousElementSibling }[event.key]
  if (event.key.startsWith('Arrow')) event.preventDefault()
  next?.querySelector('a')?.focus()
})
list.addEventListener('click', () => {
  list.hidden = true
})
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return
  event.preventDefault()
  input.focus()
})
