// Room: docs. Starts RapiDoc on /doc with the documents that the page names, and a menu if there are several.
const element = document.querySelector('rapi-doc')
const documents = JSON.parse(element.dataset.documents)
const asked = new URLSearchParams(location.search).get('api')
const shown = documents.find(({ name }) => name === asked) ?? documents[0]

const dark = matchMedia('(prefers-color-scheme: dark)')
const paint = () => {
  const colors = dark.matches
    ? { theme: 'dark', 'primary-color': '#6fc9cf', 'bg-color': '#16181b', 'nav-bg-color': '#1e2125' }
    : { theme: 'light', 'primary-color': '#0b5d63', 'bg-color': '#ffffff', 'nav-bg-color': '#f6f5f2' }
  for (const [name, value] of Object.entries(colors)) element.setAttribute(name, value)
}
dark.addEventListener('change', paint)
paint()
element.setAttribute('server-url', location.origin)
element.setAttribute('default-api-server', location.origin)
element.setAttribute('spec-url', shown.url)

const menu = document.getElementById('api')
if (documents.length > 1) {
  for (const { name } of documents) menu.append(new Option(name, name, false, name === shown.name))
  menu.addEventListener('change', () => location.assign(`/doc?${new URLSearchParams({ api: menu.value })}`))
  menu.hidden = false
}

// As on many pages, a slash begins a search.
document.addEventListener('keydown', (event) => {
  const isTyping = event.composedPath().some((each) => /^(INPUT|TEXTAREA|SELECT)$/.test(each.tagName))
  if (event.key !== '/' || isTyping) return
  event.preventDefault()
  element.shadowRoot?.getElementById('nav-bar-search')?.focus()
})
