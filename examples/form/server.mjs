// Serves the form as a website would. CRM_URL and WORKSPACE replace the two attributes of the form.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const { PORT = '3000', CRM_URL = 'http://localhost:8787', WORKSPACE = 'demo' } = process.env
const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8')
const page = read('index.html')
  .replace('http://localhost:8787', CRM_URL)
  .replace('data-workspace="demo"', `data-workspace="${WORKSPACE}"`)
const files = { '/': ['text/html', page], '/form.js': ['text/javascript', read('form.js')] }

createServer((request, response) => {
  const [type, body] = files[new URL(request.url, 'http://localhost').pathname] ?? []
  response.writeHead(body ? 200 : 404, { 'Content-Type': `${type ?? 'text/plain'}; charset=utf-8` })
  response.end(body ?? 'Not found')
}).listen(Number(PORT), () => console.log(`http://localhost:${PORT}`))
