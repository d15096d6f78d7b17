// Imports: the list of them, and choosing a file to check or to import.
import type { FC } from 'hono/jsx'
import type { z } from 'zod'
import { IMPORT_ENTITIES, IMPORT_MODES } from '../../db/schema/imports'
import { paged } from '../../http/pagination'
import { ImportPreview } from '../../imports/imports.preview.schemas'
import { listImports } from '../../imports/imports.report'
import { ImportListQuery } from '../../imports/imports.schemas'
import type { Desk } from '../desk'
import { questionOf } from '../desk.question'
import { at, page } from '../page'
import { Form, Select } from '../parts/forms'
import { ImportColumns } from '../parts/import-columns'
import { Empty, Pages, Section } from '../parts/lists'
import { count, Time } from '../parts/times'
import { importFrom, previewFrom } from '../parts/upload'

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
          {desk.shown === undefined ? (
            <Section id="new" title={imports.new} class="card">
              <FileForm desk={desk} />
            </Section>
          ) : (
            <Checked desk={desk} preview={ImportPreview.parse(desk.shown)} />
          )}
          <Section id="done" title={imports.past}>
            {list.data.length === 0 && <Empty text={imports.none} />}
            <ul class={list.data.length > 0 ? 'lines' : undefined}>
              {list.data.map((one) => (
                <li class="line ticket">
                  <a class="name" href={at('import', one.id)}>
                    {imports.entities[one.entity]} · {one.dryRun ? imports.dryRun : imports.states[one.status]}
                  </a>
                  <span class="about">{imports.rows(one.received, count(one.received, desk))}</span>
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
            <Pages desk={desk} path={PATH} shown={list.data.length} {...list} of={imports.count} />
          </Section>
        </div>
      ),
    }
  },
  actions: {
    check: { needs: 'imports:write', run: previewFrom },
    try: { needs: 'imports:write', run: (desk) => importFrom(desk, true) },
    run: { needs: 'imports:write', run: (desk) => importFrom(desk, false) },
  },
})

type Preview = z.infer<typeof ImportPreview>

/** What the first rows would become, before anything is written. */
const Checked: FC<{ desk: Desk; preview: Preview }> = ({ desk, preview }) => {
  const { imports } = desk.words
  const { rows, valid, duplicates, problems, columns } = preview
  return (
    <>
      <dl class="tiles">
        {[
          [imports.counts.received, rows],
          [imports.fine, valid],
          [imports.counts.superseded, duplicates.inFile],
          [imports.there, duplicates.existing],
        ].map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd class="figure">{count(Number(value), desk)}</dd>
          </div>
        ))}
      </dl>
      <ImportColumns
        desk={desk}
        columns={columns}
        entity={IMPORT_ENTITIES.find((entity) => entity === desk.form.get('entity')) ?? 'customers'}
        mode={desk.form.get('mode')}
        isOpen
        note={preview.isWhole ? undefined : imports.firstRows}
      />
      {problems.length > 0 && (
        <Section id="problems" title={imports.warnings} class="card">
          <ul class="side-list">
            {problems.map(({ line, field, code, message, value, count: times }) => (
              <li>
                <span>
                  {imports.line(line)} · {field ? `${desk.words.fieldNames[field] ?? field}: ` : ''}
                  {desk.words.issue(code, message)}
                </span>
                <span class="note">{times > 1 ? `× ${count(times, desk)}` : (value?.slice(0, 60) ?? '')}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

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
          accept=".csv,.txt,.tsv,.xlsx,.json,.ndjson,.vcf,text/csv,application/json,text/vcard"
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
