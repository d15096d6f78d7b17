// How the columns of a file were understood, with samples; they can be put right, and the file sent again.
import type { FC } from 'hono/jsx'
import type { IMPORT_ENTITIES } from '../../db/schema/imports'
import { FIELDS } from '../../imports/imports.job'
import type { Desk } from '../desk'
import { at } from '../page'
import { Form, Hidden, Options } from './forms'
import { Section } from './lists'

type Entity = (typeof IMPORT_ENTITIES)[number]
type Column = { column: string; field: string | null; samples?: string[]; example?: string | null }

type Props = { desk: Desk; columns: readonly Column[]; entity: Entity; mode: string; isOpen: boolean; note?: string }

/** With `isOpen`, each column has a choice of what it becomes. */
export const ImportColumns: FC<Props> = ({ desk, columns, entity, mode, isOpen, note }) => {
  const { imports } = desk.words
  const action = at('import')
  const table = (
    <dl class="facts columns-of-file">
      {columns.map(({ column, field, samples = [], example }, i) => (
        <>
          <dt>
            <strong>{column}</strong>
            <span class="samples note">
              {[...samples, ...(samples.length === 0 && example ? [example] : [])].join(' · ')}
            </span>
          </dt>
          <dd>
            {isOpen ? (
              <>
                <Hidden name={`column.${i}`} value={column} />
                <select name={`field.${i}`} aria-label={`${column} ${imports.becomes}`}>
                  <Options options={fieldOptions(desk, entity, field)} chosen={chosenOf(field)} />
                </select>
              </>
            ) : (
              nameOf(desk, field)
            )}
          </dd>
        </>
      ))}
    </dl>
  )
  return (
    <Section id="columns" title={imports.columns} note={note} class="card">
      {isOpen ? (
        <Form desk={desk} action={`${action}/run`} class="stack" stays isUpload fields={{ entity, mode }}>
          {table}
          <div class="field">
            <label for="again">{imports.again}</label>
            <input id="again" type="file" name="file" required />
          </div>
          <div class="tools">
            <button type="submit" class="strong">
              {imports.run}
            </button>
            <button type="submit" formaction={`${action}/try`}>
              {imports.tryIt}
            </button>
          </div>
        </Form>
      ) : (
        table
      )}
    </Section>
  )
}

const isOwn = (field: string | null) => field?.startsWith('customFields.') ?? false
const chosenOf = (field: string | null) => (field === null ? '-' : isOwn(field) ? '+' : field)

function nameOf({ words }: Desk, field: string | null): string {
  if (field === null) return words.imports.ignored
  return isOwn(field) ? words.imports.ownField : (words.fieldNames[field] ?? field)
}

function fieldOptions({ words }: Desk, entity: Entity, field: string | null) {
  const known = FIELDS[entity]
  const names = field === null || isOwn(field) || known.includes(field) ? known : [field, ...known]
  return [
    { value: '-', label: words.imports.ignored },
    { value: '+', label: words.imports.ownField },
    ...names.map((value) => ({ value, label: words.fieldNames[value] ?? value })),
  ]
}
