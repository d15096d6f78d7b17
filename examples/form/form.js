// Sends the form as an enquiry, and says what became of it.
const form = document.getElementById('enquiry')
const status = form.querySelector('[role=status]')
const button = form.querySelector('button')
// The same enquiry, sent twice by an impatient click, arrives once.
let idempotencyKey = crypto.randomUUID()

async function send() {
  const filled = [...new FormData(form)].filter(([, value]) => value !== '')
  const response = await fetch(`${form.dataset.crm}/v1/enquiries`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
    body: JSON.stringify({ workspace: form.dataset.workspace, ...Object.fromEntries(filled) }),
  })
  if (response.ok) return
  const problem = await response.json()
  const wrong = problem.errors?.map(({ path, message }) => `${path.split('.').at(-1)}: ${message}`).join('; ')
  throw new Error(wrong ?? problem.detail ?? problem.title)
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  button.disabled = true
  try {
    await send()
    form.reset()
    idempotencyKey = crypto.randomUUID()
    status.textContent = 'Thank you. We have your message.'
  } catch (error) {
    status.textContent = error instanceof TypeError ? 'We cannot be reached. Please try again.' : error.message
  }
  button.disabled = false
})
