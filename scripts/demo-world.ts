// The demo workspace while it is being invented: rows by table, and the event of every change.
import { createPeople } from './demo-people.ts'
import { createRandom, uuidAt } from './demo-random.ts'

/** Instants are milliseconds here and text in a row. */
export const iso = (ms) => new Date(ms).toISOString()

export function createWorld({ seed, now }) {
  const random = createRandom(seed)
  const tables = new Map()

  /** Adds a row, made at `at`, to any table; what every table shares is filled in. */
  function add(table, at, row) {
    return put(table, { id: uuidAt(at, random), created_at: iso(at), ...row })
  }

  /** Adds a row of a table that has no id. */
  function put(table, row) {
    if (!tables.has(table)) tables.set(table, [])
    tables.get(table).push(row)
    return row
  }

  /** Records what somebody did to a row; nobody is the public. */
  function tell(verb, row, at, by, changes) {
    const [subject] = verb.split('.')
    add('events', at, {
      id: random.hex(32),
      workspace_id: row.workspace_id ?? row.id,
      subject_type: subject,
      subject_id: row.id,
      verb,
      actor_type: by ? 'user' : 'public',
      actor_id: by?.id ?? null,
      changes: changes ?? null,
    })
  }

  /** Changes a row as the API would: the fields, its version, and the event with the values before and after. */
  function change(verb, row, at, by, patch) {
    const changed = Object.entries(patch).filter(([column, value]) => row[column] !== value)
    const changes = changed.map(([column, value]) => [camel(column), [row[column] ?? null, value]])
    Object.assign(row, patch, { version: row.version + 1, updated_at: iso(at) })
    tell(verb, row, at, by, Object.fromEntries(changes))
  }

  return { now, random, person: createPeople(random), tables, add, put, tell, change }
}

const camel = (column) => column.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())
