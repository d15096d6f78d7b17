// Keeps a copy of the customers in copy.json. The state of the last run stands in the same file.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { createClient, type Schema } from 'edge-crm-client'

type Customer = Schema<'Customer'>
type Copy = { updatedAfter?: string; customers: Record<string, Customer> }

const { CRM_URL = 'http://localhost:8787', CRM_KEY, COPY = 'copy.json' } = process.env
const WATCH_MS = 10_000

async function read(): Promise<Copy> {
  try {
    return JSON.parse(await readFile(COPY, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { customers: {} }
    throw error
  }
}

async function write(copy: Copy): Promise<void> {
  await writeFile(`${COPY}.new`, JSON.stringify(copy, null, 2))
  await rename(`${COPY}.new`, COPY)
}

/** Reads what has changed since the last run into the copy, and gives how many records that were. */
async function sync(crm: ReturnType<typeof createClient>): Promise<number> {
  const copy = await read()
  const { updatedAfter } = copy
  let [newest, changed] = [updatedAfter, 0]
  for (const trashed of [false, true]) {
    for await (const customer of crm.pages('/v1/customers', { query: { updatedAfter, trashed, limit: 100 } })) {
      const known = copy.customers[customer.id]
      if (trashed ? known : known?.updatedAt !== customer.updatedAt) changed += 1
      if (trashed) delete copy.customers[customer.id]
      else copy.customers[customer.id] = customer
      if (newest === undefined || customer.updatedAt > newest) newest = customer.updatedAt
    }
  }
  await write({ updatedAfter: newest, customers: copy.customers })
  return changed
}

if (!CRM_KEY) {
  console.error('Set CRM_KEY to an API key with the scopes customers:read and customers:write.')
  process.exit(1)
}
const crm = createClient({ url: CRM_URL, apiKey: CRM_KEY })
do {
  console.log(`${await sync(crm)} changed; the copy is in ${COPY}`)
  if (process.argv.includes('--watch')) await wait(WATCH_MS)
} while (process.argv.includes('--watch'))
