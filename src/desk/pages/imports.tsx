// Imports: the list of them, and choosing a file to check or to import.
import type { FC } from 'hono/jsx'
import { IMPORT_ENTITIES, IMPORT_MODES } from '../../db/schema/imports'
import { paged } from '../../http/pagination'
import { listImports } from '../../imports/imports.report'
import { ImportListQuery } from '../../imports/imports.schemas'
import type { Desk } from '../desk'
import { questionOf } from '../desk.question'
import { at, page } from '../page'
import { Form, Select } from '../parts/forms'
import { Empty, Pages, Section } from '../parts/lists'
import { count, Time } from '../parts/times'
import { uploadFrom } from '../parts/upload'

const PATH = at('import')
const SHOWN = '20'

export const importsPage = page({
  path: '/import',
  needs: 'imports:write',
  nav: { word: 'import', icon: 'import' },
  load: (desk) => ({
    list: paged(desk.c, questionOf(desk, ImportListQuery, { limit: SHOWN }), (query) => listImports(desk.ctx, query)),
  }),
  view: (desk, { list }) => {
    const { imports } = desk.words
    return {
      title: imports.title,
      content: (
        <div class="list">
          <Section id="new" title={imports.new} class="card">
            <FileForm desk={desk} />
          </Section>
          <Section id="done" title={imports.title}>
            {list.data.length === 0 && <Empty text={imports.none} />}
            <ul class="lines">
              {list.data.map((one) => (
                <li class="line ticket">
                  <a class="name" href={at('import', one.id)}>
                    {imports.entities[one.entity]} · {one.dryRun ? imports.dryRun : imports.states[one.status]}
                  </a>
                  <span class="about">{`${count(one.received, desk)} ${imports.counts.received}`}</span>
                  <span class="urgency">
                    {one.failed > 0 && <span class="pill bad">{count(one.failed, desk)}</span>}
                  </span>
                  <span class={`pill ${one.status === 'DONE' && !one.dryRun ? 'good' : ''}`}>
                    {one.dryRun ? imports.dryRun : imports.states[one.status]}
                  </span>
                  <Time desk={desk} at={one.createdAt} class="note" />
                </li>
              ))}
            </ul>
            <Pages desk={desk} path={PATH} shown={list.data.length} {...list} of={(_, text) => text} />
          </Section>
        </div>
      ),
    }
  },
  actions: {
    check: { needs: 'imports:write', run: (desk) => uploadFrom(desk, true) },
    run: { needs: 'imports:write', run: (desk) => uploadFrom(desk, false) },
  },
})

const FileForm: FC<{ desk: Desk }> = ({ desk }) => {
  const { imports } = desk.words
  const error = desk.failure?.fields.file
  return (
    <Form desk={desk} action={`${PATH}/run`} class="stack" stays isUpload>
      <div class="field">
        <label for="file">{imports.file}</label>
        <input
          id="file"
          type="file"
          name="file"
          required
          accept=".csv,.txt,.tsv,.json,.ndjson,.vcf,text/csv,application/json,text/vcard"
        />
        {error && <p class="wrong">{error}</p>}
        <p class="note">{imports.hint}</p>
      </div>
      <div class="pair">
        <Select
          desk={desk}
          name="entity"
          label={imports.entity}
          options={IMPORT_ENTITIES.map((value) => ({ value, label: imports.entities[value] ?? value }))}
        />
        <Select
          desk={desk}
          name="mode"
          label={imports.mode}
          value="upsert"
          options={IMPORT_MODES.toReversed().map((value) => ({ value, label: imports.modes[value] ?? value }))}
        />
      </div>
      <div class="tools">
        <button type="submit" class="strong" formaction={`${PATH}/check`}>
          {imports.check}
        </button>
        <button type="submit">{imports.run}</button>
      </div>
    </Form>
  )
}
