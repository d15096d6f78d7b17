// An import: how each column was understood, what became of the rows, its errors, and taking it back.
import type { FC } from 'hono/jsx'
import type { z } from 'zod'
import { CUSTOMER_FIELDS } from '../../customers/customers.fields'
import { continueAfterResponse, requestBudget } from '../../imports/imports.http'
import { errorFile, getImport } from '../../imports/imports.report'
import { ImportReport } from '../../imports/imports.schemas'
import { cancelImport, revertImport } from '../../imports/imports.service'
import { LEAD_FIELDS } from '../../leads/leads.fields'
import type { Desk } from '../desk'
import { at, page } from '../page'
import { Act, Form, Hidden, Options } from '../parts/forms'
import { Section } from '../parts/lists'
import { count } from '../parts/times'
import { uploadFrom } from '../parts/upload'

type Report = z.infer<typeof ImportReport>
const COUNTS = ['received', 'created', 'updated', 'unchanged', 'superseded', 'failed', 'reverted', 'kept'] as const
const FIELDS = { customers: Object.entries(CUSTOMER_FIELDS), leads: Object.entries(LEAD_FIELDS) }

export const importErrorsPage = page({
  path: '/import/:id/errors',
  needs: 'imports:read',
  load: ({ ctx, id }) => ({ file: errorFile(ctx, id) }),
  view: ({ c, id }, { file }) =>
    c.body(file, 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="import-${id}-errors.csv"`,
    }),
})

export const importPage = page({
  path: '/import/:id',
  needs: 'imports:write',
  load: ({ ctx, id }) => ({ report: getImport(ctx, id) }),
  view: (desk, { report: raw }) => {
    const report = ImportReport.parse(raw)
    const { imports } = desk.words
    const isRunning = report.status === 'RUNNING' || report.status === 'REVERTING'
    if (isRunning) continueAfterResponse(desk.c, report.id, { statements: desk.base.config.IMPORT_STATEMENTS - 4 })
    const path = at('import', report.id)
    const state = report.dryRun ? imports.dryRun : (imports.states[report.status] ?? report.status)
    return {
      title: imports.page(state),
      up: { href: at('import'), label: imports.title },
      tools: (
        <>
          {isRunning && (
            <a class="button" href={path}>
              {imports.refresh}
            </a>
          )}
          {report.failed > 0 && (
            <a class="button" href={`${path}/errors`} download>
              {imports.download}
            </a>
          )}
          {report.status === 'RUNNING' && <Act desk={desk} action={`${path}/cancel`} label={imports.cancel} />}
          {!report.dryRun && ['DONE', 'CANCELLED'].includes(report.status) && report.created > 0 && (
            <Act desk={desk} action={`${path}/revert`} label={imports.revert} confirm={`${imports.revert}?`} />
          )}
        </>
      ),
      content: (
        <div data-live={isRunning ? '2' : undefined} id="report">
          <dl class="tiles">
            {COUNTS.filter((name) => name === 'received' || report[name] > 0).map((name) => (
              <div>
                <dt>{imports.counts[name]}</dt>
                <dd class="figure">{count(report[name], desk)}</dd>
              </div>
            ))}
          </dl>
          <Columns desk={desk} report={report} />
          <Issues desk={desk} id="errors" title={imports.errors} issues={report.errors} isMore={report.moreErrors} />
          <Issues
            desk={desk}
            id="warnings"
            title={imports.warnings}
            issues={report.warnings}
            isMore={report.moreWarnings}
          />
        </div>
      ),
    }
  },
  actions: {
    run: { needs: 'imports:write', run: (desk) => uploadFrom(desk, false) },
    cancel: {
      needs: 'imports:write',
      isQuick: true,
      async run({ ctx, id, words }) {
        await cancelImport(ctx, id)
        return { say: words.imports.cancelled }
      },
    },
    revert: {
      needs: 'imports:write',
      isQuick: true,
      async run({ c, ctx, id, words }) {
        const budget = requestBudget(c)
        const { status } = await revertImport(ctx, id, budget)
        if (status === 'REVERTING') continueAfterResponse(c, id, budget)
        return { say: words.imports.reverted }
      },
    },
  },
})

/** The columns; after a check they can be put right, and the file sent again. */
const Columns: FC<{ desk: Desk; report: Report }> = ({ desk, report }) => {
  const { imports } = desk.words
  const table = (
    <dl class="facts columns-of-file">
      {report.columns.map(({ column, field }, i) => (
        <>
          <dt>{column}</dt>
          <dd>
            {report.dryRun ? (
              <>
                <Hidden name={`column.${i}`} value={column} />
                <select name={`field.${i}`} aria-label={`${column} ${imports.becomes}`}>
                  <Options options={fieldOptions(desk, report, field)} chosen={chosenOf(field)} />
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
    <Section id="columns" title={imports.columns} class="card">
      {report.dryRun ? (
        <Form
          desk={desk}
          action={`${at('import', report.id)}/run`}
          class="stack"
          stays
          isUpload
          fields={{ entity: report.entity, mode: report.mode }}
        >
          {table}
          <div class="field">
            <label for="file">{imports.again}</label>
            <input id="file" type="file" name="file" required />
            {desk.failure?.fields.file && <p class="wrong">{desk.failure.fields.file}</p>}
          </div>
          <div class="tools">
            <button type="submit" class="strong">
              {imports.run}
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

function fieldOptions(desk: Desk, { entity }: Report, field: string | null) {
  const known = FIELDS[entity].flatMap(([name, { imported }]: [string, { imported?: string }]) =>
    imported ? [name] : [],
  )
  const names = field === null || isOwn(field) || known.includes(field) ? known : [field, ...known]
  return [
    { value: '-', label: desk.words.imports.ignored },
    { value: '+', label: desk.words.imports.ownField },
    ...names.map((value) => ({ value, label: desk.words.fieldNames[value] ?? value })),
  ]
}

type IssuesProps = { desk: Desk; id: string; title: string; issues: Report['errors']; isMore: boolean }

const Issues: FC<IssuesProps> = ({ desk, id, title, issues, isMore }) =>
  issues.length === 0 ? null : (
    <Section id={id} title={title} note={isMore ? desk.words.imports.more : undefined} class="card">
      <ul class="side-list">
        {issues.map(({ line, field, message, value }) => (
          <li>
            <span>
              {desk.words.imports.line(line)} · {field ? (desk.words.fieldNames[field] ?? field) : ''} {message}
            </span>
            {value && <span class="note">{value.slice(0, 60)}</span>}
          </li>
        ))}
      </ul>
    </Section>
  )
