// The desk's only script: every page works without it. It spares presses, lets cards be dragged, keeps a file that was
// chosen, and shows what changes while a page is open.
document.documentElement.classList.add('scripted')

// `/` goes to the search; j and k go through a list.
document.addEventListener('keydown', (event) => {
  const isTyping = event.target.closest('input, textarea, select, [contenteditable]')
  if (event.key === 'Escape') closeMenus()
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1)
  const search = event.key === '/' && document.querySelector('.top input[type=search]')
  if (!search) return
  event.preventDefault()
  search.focus()
  search.select()
})

function step(by) {
  const rows = [...document.querySelectorAll('main .line .name, main .deal .name')]
  const now = rows.findIndex((row) => row.closest('.line, .deal').contains(document.activeElement))
  rows[now === -1 ? (by > 0 ? 0 : -1) : now + by]?.focus()
}

// A choice that sends itself.
document.addEventListener('change', ({ target }) => {
  if (target.matches('select[data-submits]')) target.form.requestSubmit()
})

// A press that cannot be undone asks first, in its own place.
document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-confirm]')
  if (button && button.dataset.asked === undefined) {
    event.preventDefault()
    const label = button.innerHTML
    button.dataset.asked = ''
    button.textContent = button.dataset.confirm
    button.classList.add('danger')
    setTimeout(() => {
      button.innerHTML = label
      button.classList.remove('danger')
      delete button.dataset.asked
    }, 4000)
  }
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target)) menu.open = false
  }
})

function closeMenus() {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    const isInside = menu.contains(document.activeElement)
    menu.open = false
    if (isInside) menu.querySelector('summary').focus()
  }
}

// Nothing is sent twice by two presses. A form with a file answers in its place, so that the file stays chosen.
document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event
  if (form.method !== 'post') return
  if (form.enctype === 'multipart/form-data') {
    event.preventDefault()
    sendFile(form, submitter)
  }
  setTimeout(() => {
    for (const button of form.querySelectorAll('button')) button.disabled = true
    if (submitter) submitter.setAttribute('aria-busy', 'true')
  })
})
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) for (const button of document.querySelectorAll('button:disabled')) button.disabled = false
})
addEventListener('popstate', () => location.reload())

async function sendFile(form, submitter) {
  const address = submitter?.hasAttribute('formaction') ? submitter.formAction : form.action
  const [chosen] = form.querySelector('input[type=file]').files
  const answer = await fetch(address, { method: 'POST', body: new FormData(form, submitter) }).catch(() => undefined)
  const next = answer && (await documentOf(answer))?.getElementById('main')
  if (!next) {
    // The browser says what is wrong.
    form.action = address
    return form.submit()
  }
  if (answer.redirected) history.pushState(null, '', answer.url)
  document.getElementById('main').replaceWith(next)
  const kept = new DataTransfer()
  kept.items.add(chosen)
  for (const input of next.querySelectorAll('input[type=file]')) input.files = kept.files
  prepare(next)
  next.focus()
  scrollTo(0, 0)
}

async function documentOf(answer) {
  const isPage = answer.headers.get('Content-Type')?.startsWith('text/html')
  return isPage ? new DOMParser().parseFromString(await answer.text(), 'text/html') : undefined
}

// A card that is dragged to another column sends the form that it carries.
const columnOf = ({ target }) => target.closest?.('.column[data-status]')
const dragging = () => document.querySelector('.deal.moving')
document.addEventListener('dragstart', ({ target, dataTransfer }) => {
  if (!target.matches?.('.deal')) return
  dataTransfer.setData('text/plain', target.id)
  dataTransfer.effectAllowed = 'move'
  target.classList.add('moving')
})
document.addEventListener('dragend', () => dragging()?.classList.remove('moving'))
document.addEventListener('dragover', (event) => {
  if (!dragging()) return
  const over = columnOf(event)
  for (const column of document.querySelectorAll('.column.over')) {
    if (column !== over) column.classList.remove('over')
  }
  if (!over) return
  event.preventDefault()
  over.classList.add('over')
})
document.addEventListener('drop', (event) => {
  const [column, select] = [columnOf(event), dragging()?.querySelector('select[data-submits]')]
  if (!column || !select) return
  event.preventDefault()
  column.classList.remove('over')
  if (select.value === column.dataset.status) return
  select.value = column.dataset.status
  select.form.requestSubmit()
})

// What is running is looked at again every few seconds, without the page moving.
function watch(live) {
  setTimeout(async () => {
    if (!live.isConnected) return
    const next = (await pageNow())?.getElementById(live.id)
    if (!next) return watch(live)
    if (next.dataset.live === undefined) return location.reload()
    live.replaceWith(next)
    watch(next)
  }, 1000 * Number(live.dataset.live))
}

const pageNow = () =>
  fetch(location.href, { headers: { Accept: 'text/html' } }).then(
    (answer) => (answer.ok ? documentOf(answer) : undefined),
    () => undefined,
  )

function prepare(root) {
  for (const card of root.querySelectorAll('.deal:has(select[data-submits])')) card.draggable = true
  for (const live of root.querySelectorAll('[data-live][id]')) watch(live)
}
prepare(document)

// The stream says that something has changed; the page is read again, and its parts take what is new.
const [BEGIN_MS, REST_MS, TRIES] = [3000, 4000, 6]
let failures = 0
let isStale = false
let readAt = 0

function listen(path) {
  const opened = Date.now()
  const socket = new WebSocket(`${location.origin.replace('http', 'ws')}${path}`)
  const beat = setInterval(() => socket.readyState === 1 && socket.send('ping'), 50_000)
  socket.onmessage = ({ data }) => {
    if (data === 'pong') return
    if (!isStale) setTimeout(refresh, Math.max(300, readAt + REST_MS - Date.now()))
    isStale = true
  }
  socket.onclose = ({ code }) => {
    clearInterval(beat)
    failures = Date.now() - opened > 60_000 ? 0 : failures + 1
    // 4401: the session has ended.
    if (code !== 4401 && failures < TRIES) setTimeout(reconnect, 1000 * 2 ** failures)
  }
}

// The ticket lives a minute: the page has another, and what was missed.
async function reconnect() {
  if (document.hidden) return document.addEventListener('visibilitychange', reconnect, { once: true })
  const page = await pageNow()
  if (page) show(page)
  const path = page?.body.dataset.stream
  if (path) listen(path)
  else if (++failures < TRIES && !page) setTimeout(reconnect, 1000 * 2 ** failures)
}

async function refresh() {
  if (document.hidden) return document.addEventListener('visibilitychange', refresh, { once: true })
  isStale = false
  readAt = Date.now()
  const page = await pageNow()
  if (page) show(page)
}

const partsOf = (page) => page.querySelectorAll('[data-fresh]')
function wordsOf(part) {
  const copy = part.cloneNode(true)
  for (const time of copy.querySelectorAll('time')) time.remove()
  return copy.textContent
}
const isInUse = (part) =>
  part.contains(document.activeElement) ||
  part.matches(':hover') ||
  part.querySelector('details[open], .moving, input:checked')

// A part that is in use waits, so that nothing moves below a hand; nothing is asked meanwhile.
let held
function show(page) {
  clearTimeout(held)
  const next = new Map([...partsOf(page)].map((part) => [part.dataset.fresh, part]))
  const news = []
  for (const part of partsOf(document)) {
    const newer = next.get(part.dataset.fresh)
    if (!newer || wordsOf(newer) === wordsOf(part)) continue
    if (isInUse(part)) {
      clearTimeout(held)
      held = setTimeout(() => show(page), 1000)
      continue
    }
    part.replaceWith(newer)
    prepare(newer)
    news.push(newer.dataset.news)
  }
  if (news.length > 0) document.getElementById('news').textContent = news.filter(Boolean).join(' ')
}

const { stream } = document.body.dataset
if (stream) setTimeout(() => listen(stream), BEGIN_MS)
