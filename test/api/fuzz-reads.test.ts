// Anything, sent to whatever reads, by anybody: the answer is never a failure, and always one that the document declares.
import { beforeAll, it } from 'vitest'
import { configured, type Senders, sendAnything, senders } from '../support/fuzz'

let people: Senders
beforeAll(async () => {
  people = await senders()
})

it.each(configured.filter(([, { method }]) => method === 'GET'))(
  '%s answers anything with what it declares, and never with a 5xx',
  (_name, operation) => sendAnything(operation, people),
)
