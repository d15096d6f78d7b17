// The preview of an import: what each column would become, what is wrong, what is there already; and what columns are made into.
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { send } from '../support/api'
import { count, rows } from '../support/database'
import { customer, founder, member, type Person } from '../support/factories'
import { customersOf, figures, imported, importing } from '../support/imports'

const preview = (by: Person, body: string, query: Record<string, string> = {}) =>
  send(`/v1/imports/preview?${new URLSearchParams({ entity: 'customers', ...query })}`, {
    method: 'POST',
    token: by.token,
    body,
    headers: { 'Content-Type': 'text/csv' },
  })

describe('a preview', () => {
  it('says what each column would become, with samples, problems by their kind and duplicates, and writes nothing', async () => {
    const admin = await founder()
    await customer(admin, { name: 'Ann', email: 'ann@x.de' })
    const file =
      'Name,E-mail,Phone,Colour\nAnn,ann@x.de,12,red\nBob,bob@,13,red\nEve,eve@x.de,,blue\nEve B,eve@x.de,,\n'
    const answer = await preview(admin, file)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      ...{ recognised: null, encoding: 'utf-8', rows: 4, isWhole: true, valid: 3, unknown: ['Colour'] },
      columns: [
        { column: 'Name', field: 'name', values: 4, unused: 0, example: null, samples: ['Ann', 'Bob', 'Eve'] },
        {
          column: 'E-mail',
          field: 'email',
          values: 4,
          unused: 0,
          example: null,
          samples: ['ann@x.de', 'bob@', 'eve@x.de'],
        },
        { column: 'Phone', field: 'phone', values: 2, unused: 0, example: null, samples: ['12', '13'] },
        {
          column: 'Colour',
          field: 'customFields.Colour',
          values: 3,
          unused: 0,
          example: null,
          samples: ['red', 'blue'],
        },
      ],
      problems: [
        expect.objectContaining({ code: 'unreadable_phone', level: 'warning', line: 2, count: 1 }),
        expect.objectContaining({ code: 'invalid_email', level: 'error', line: 3, value: 'bob@', count: 1 }),
      ],
      duplicates: { inFile: 1, existing: 1 },
      mapping: { Name: 'name', 'E-mail': 'email', Phone: 'phone', Colour: 'customFields.Colour' },
    })
    expect(await count('imports', 'workspace_id = ?', admin.workspaceId)).toBe(0)
    expect(await customersOf(admin)).toHaveLength(1)
  })

  it('gives a mapping that an import takes, reads no more than 500 rows, and is for those who import', async () => {
    const admin = await founder()
    const file = `Who,Mail\n${Array.from({ length: 600 }, (_, i) => `N${i},n${i}@x.de`).join('\n')}\n`
    const { mapping, ...rest } = await (await preview(admin, file)).json<{
      mapping: object
      rows: number
      isWhole: boolean
    }>()
    expect(rest).toMatchObject({ rows: 500, isWhole: false })
    expect(mapping).toEqual({ Who: 'customFields.Who', Mail: 'email' })
    const report = await imported(admin, 'Who,Mail\nAnn,a@x.de\n', {
      query: { mapping: JSON.stringify({ ...mapping, Who: 'name' }) },
    })
    expect(figures(report)).toMatchObject({ created: 1 })
    await refusalOf(preview(await member(admin, 'SALES'), file), 403, 'forbidden')
    await refusalOf(preview(admin, 'x1,y2\na,b\n'), 400, 'unreadable_import')
  })
})

describe('values', () => {
  it('are joined, taken from the first column that is filled, split, or the same in every row', async () => {
    const admin = await founder()
    const values = JSON.stringify({
      name: '{A} {B}',
      phone: '{P|Q}',
      jobTitle: '{Both[2-]}',
      company: '{Both[1]}',
      'customFields.origin': 'Fair 2026',
      externalId: '{A}-{N}',
    })
    const file =
      'A,B,P,Q,Both,N\nAnn,Lee,,+442079460958,Acme Head of Sales,1\nBob,,+442079460111,+442079460222,Solo,2\n,,,,,\n'
    const report = await imported(admin, file, { query: { values } })
    expect(report.columns.at(-1)).toMatchObject({ column: '= {A}-{N}', field: 'externalId', values: 2 })
    expect(await customersOf(admin)).toMatchObject([
      {
        name: 'Ann Lee',
        phone: '+442079460958',
        company: 'Acme',
        fields: { origin: 'Fair 2026', Q: '+442079460958' },
      },
      { name: 'Bob', phone: '+442079460111', company: 'Solo' },
    ])
    expect(
      await rows('SELECT job_title, external_id FROM customers WHERE workspace_id = ? ORDER BY seq', admin.workspaceId),
    ).toEqual([
      { job_title: 'Head of Sales', external_id: 'Ann-1' },
      { job_title: null, external_id: 'Bob-2' },
    ])
    const objects = JSON.stringify([{ A: 'Zoe', B: 'Ray', N: 3 }])
    await imported(admin, objects, { type: 'application/json', query: { values: JSON.stringify({ name: '{A} {B}' }) } })
    expect((await customersOf(admin)).map(({ name }) => name)).toContain('Zoe Ray')
  })

  it.each([
    [{ values: '{"name":"{Nobody}"}' }, 'query.values'],
    [{ values: '{"colour":"{A}"}' }, 'query.values'],
    [{ values: '{"name":"{A"}' }, 'query.values'],
    [{ values: 'name' }, 'query.values'],
  ])('%j are refused, and the answer says where', async (query, path) => {
    const problem = await refusalOf(importing(await founder(), 'A,B\nx,y\n', { query }), 400, 'invalid')
    expect(problem.errors?.map((each) => each.path.split('.').slice(0, 2).join('.'))).toContain(path)
  })
})
