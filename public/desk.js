// The desk's only script: every page works without it. It spares presses, and lets cards be dragged.
document.documentElement.classList.add('scripted')

// `/` goes to the search.
document.addEventListener('keydown', (event) => {
  const isTyping = event.target.closest('input, textarea, select, [contenteditable]')
  if (event.key === 'Escape') closeMenus()
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  const search = document.querySelector('.top input[type=search]')
  if (!search) return
  event.preventDefault()
  search.focus()
  search.select()
})

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

// Nothing is sent twice by two presses.
document.addEventListener('submit', ({ target, submitter }) => {
  if (target.method !== 'post') return
  setTimeout(() => {
    for (const button of target.querySelectorAll('button')) button.disabled = true
    if (submitter) submitter.setAttribute('aria-busy', 'true')
  })
})
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) for (const button of document.querySelectorAll('button:disabled')) button.disabled = false
})

// A card that is dragged to another column sends the form that it carries.
for (const card of document.querySelectorAll('.deal')) {
  const select = card.querySelector('select[data-submits]')
  if (!select) continue
  card.draggable = true
  card.addEventListener('dragstart', ({ dataTransfer }) => {
    dataTransfer.setData('text/plain', card.id)
    dataTransfer.effectAllowed = 'move'
    card.classList.add('moving')
  })
  card.addEventListener('dragend', () => card.classList.remove('moving'))
}
for (const column of document.querySelectorAll('.column[data-status]')) {
  column.addEventListener('dragover', (event) => {
    event.preventDefault()
    column.classList.add('over')
  })
  column.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!column.contains(relatedTarget)) column.classList.remove('over')
  })
  column.addEventListener('drop', (event) => {
    event.preventDefault()
    column.classList.remove('over')
    const select = document
      .getElementById(event.dataTransfer.getData('text/plain'))
      ?.querySelector('select[data-submits]')
    if (!select || select.value === column.dataset.status) return
    select.value = column.dataset.status
    select.form.requestSubmit()
  })
}

// What is running is looked at again every few seconds, without the page moving.
function watch(live) {
  setTimeout(async () => {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => undefined)
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : undefined
    const next = page?.getElementById(live.id)
    if (!next) return watch(live)
    if (next.dataset.live === undefined) return location.reload()
    live.replaceWith(next)
    watch(next)
  }, 1000 * Number(live.dataset.live))
}
for (const live of document.querySelectorAll('[data-live][id]')) watch(live)
