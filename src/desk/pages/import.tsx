// An import: how each column was understood, what became of the rows, its errors, and taking it back.
import type { FC } from 'hono/jsx'
import type { z } from 'zod'
import { continueAfterResponse, loadImportVerbs, requestBudget } from '../../imports/imports.http'
import { errorFile, getImport } from '../../imports/imports.report'
import { ImportReport } from '../../imports/imports.schemas'
import type { Desk } from '../desk'
import { at, page } from '../page'
import { Act } from '../parts/forms'
import { ImportColumns } from '../parts/import-columns'
import { Section } from '../parts/lists'
import { count } from '../parts/times'

type Report = z.infer<typeof ImportReport>
/** The kinds of records that have a list at the desk. */
const LISTED: readonly string[] = ['customers', 'leads', 'tickets']
const COUNTS = ['received', 'created', 'updated', 'unchanged', 'superseded', 'failed', 'reverted', 'kept'] as const

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
          {!report.dryRun && report.created + report.updated > 0 && LISTED.includes(report.entity) && (
            <a class="button" href={at(report.entity)}>
              {imports.show(imports.entities[report.entity] ?? '')}
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
          <ImportColumns
            desk={desk}
            columns={report.columns}
            entity={report.entity}
            mode={report.mode}
            isOpen={report.dryRun}
          />
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
    cancel: {
      needs: 'imports:write',
      isQuick: true,
      async run({ ctx, id, words }) {
        const { cancelImport } = await loadImportVerbs()
        await cancelImport(ctx, id)
        return { say: words.imports.cancelled }
      },
    },
    revert: {
      needs: 'imports:write',
      isQuick: true,
      async run({ c, ctx, id, words }) {
        const budget = requestBudget(c)
        const { revertImport } = await loadImportVerbs()
        const { status } = await revertImport(ctx, id, budget)
        if (status === 'REVERTING') continueAfterResponse(c, id, budget)
        return { say: words.imports.reverted }
      },
    },
  },
})

type IssuesProps = { desk: Desk; id: string; title: string; issues: Report['errors']; isMore: boolean }

const Issues: FC<IssuesProps> = ({ desk, id, title, issues, isMore }) =>
  issues.length === 0 ? null : (
    <Section id={id} title={title} note={isMore ? desk.words.imports.more : undefined} class="card">
      <ul class="side-list">
        {issues.map(({ line, field, code, message, value }) => (
          <li>
            <span>
              {desk.words.imports.line(line)} · {field ? `${desk.words.fieldNames[field] ?? field}: ` : ''}
              {desk.words.issue(code, message)}
            </span>
            {value && <span class="note">{value.slice(0, 60)}</span>}
          </li>
        ))}
      </ul>
    </Section>
  )
