// The demo workspace under construction: rows by table, and the event of every change.
import { createPeople } from './demo-people.ts'
import { createRandom, uuidAt } from './demo-random.ts'
import { emptyTables, type Made, type Rows, type TableName, type User } from './demo-rows.ts'

/** Instants are milliseconds here and text in a row. */
export const iso = (ms: number) => new Date(ms).toISOString()

type Subject = Made & { workspace_id?: string }
type Versioned = Subject & { version: number; updated_at: string }

export type World = ReturnType<typeof createWorld>

export function createWorld({ seed, now }: { seed: number; now: number }) {
  const random = createRandom(seed)
  const tables = emptyTables()

  /** The id and the instant of a row that is made at `at`. */
  const made = (at: number): Made => ({ id: uuidAt(at, random), created_at: iso(at) })

  /** Adds a row to a table. */
  function add<Name extends TableName>(table: Name, row: Rows[Name]): Rows[Name] {
    tables[table].push(row)
    return row
  }

  /** Records an event of a row; without an actor it is the public's. */
  function tell(verb: string, row: Subject, at: number, by?: User, changes?: object) {
    const [subject = ''] = verb.split('.')
    const id = random.hex(16)
    add('events', {
      ...made(at),
      id,
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
  function change<Row extends Versioned>(verb: string, row: Row, at: number, by: User, patch: Partial<Row>) {
    const before = new Map<string, unknown>(Object.entries(row))
    const changed = Object.entries(patch).filter(([column, value]) => before.get(column) !== value)
    const changes = changed.map(([column, value]) => [camel(column), [before.get(column) ?? null, value]])
    Object.assign(row, patch, { version: row.version + 1, updated_at: iso(at) })
    tell(verb, row, at, by, Object.fromEntries(changes))
  }

  return { now, random, person: createPeople(random), tables, made, add, tell, change }
}

const camel = (column: string) => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
