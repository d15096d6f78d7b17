// Workbooks of Excel: a sheet comes in as it is typed, and one that is too large, broken or a bomb is refused.
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { rows } from '../support/database'
import { founder } from '../support/factories'
import { customersOf, figures, imported, importing } from '../support/imports'
import { workbook, zipped } from '../support/workbook'

const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

describe('a workbook', () => {
  it('comes in by its first visible sheet: texts, numbers, days and leading zeros as they are typed', async () => {
    const admin = await founder()
    const file = await workbook(
      {
        Hidden: [['x']],
        Kunden: [
          ['Name', 'E-Mail', 'Telefon', 'Seit', 'Nr', 'Umsatz', 'Aktiv', 'Zeilen'],
          [
            'Jörg & <Co>',
            'j@x.de',
            491715557001,
            { date: 45_000 },
            { zeros: 123 },
            1234.5,
            true,
            { inline: 'in line' },
          ],
          [null, null, null, null, null, null, null, null],
          ['猫', null, 4_917_155_570_02e1, { date: 45_000.5 }, null, 1e21, false, null],
        ],
        Other: [['Name'], ['Not read']],
      },
      { hidden: ['Hidden'] },
    )
    const report = await imported(admin, file, { type, query: { defaultCountry: 'DE' } })
    expect(report).toMatchObject({ received: 2, created: 2, encoding: null })
    expect(report.warnings.filter(({ code }) => code === 'sheet_not_read').map(({ value }) => value)).toEqual([
      'Hidden',
      'Other',
    ])
    expect(await customersOf(admin)).toMatchObject([
      {
        name: 'Jörg & <Co>',
        email: 'j@x.de',
        phone: '491715557001',
        fields: { Seit: '2023-03-15', Nr: '00123', Umsatz: '1234.5', Aktiv: 'TRUE', Zeilen: 'in line' },
      },
      { name: '猫', fields: { Seit: '2023-03-15 12:00:00', Umsatz: '1e+21', Aktiv: 'FALSE' } },
    ])
    expect(figures(await imported(admin, file, { type }))).toMatchObject({ unchanged: 2, created: 0 })
  })

  it('is read by the sheet that is named, or numbered, whatever type is said', async () => {
    const file = await workbook({ One: [['Name'], ['A']], Two: [['Name'], ['B']] })
    for (const sheet of ['Two', '2']) {
      const admin = await founder()
      await imported(admin, file, { type: 'application/octet-stream', query: { sheet } })
      expect((await customersOf(admin)).map(({ name }) => name)).toEqual(['B'])
    }
    const problem = await refusalOf(
      importing(await founder(), file, { type, query: { sheet: 'Three' } }),
      400,
      'unreadable_import',
    )
    expect(problem.detail).toContain('“One”, “Two”')
  })

  it('gives each row of merged cells their value, and reads the header below titles and groups', async () => {
    const admin = await founder()
    const sheet = [
      ['Customers 2026', null, null],
      [null, null, null],
      ['Person', null, 'Contact'],
      ['First name', 'Last name', 'E-mail'],
      ['Ann', 'Lee', 'a@x.de'],
      ['Bob', null, 'b@x.de'],
      ['Total', 2, null],
    ]
    const report = await imported(admin, await workbook({ S: sheet }, { merges: ['A1:C1', 'B5:B6'] }), { type })
    expect(report).toMatchObject({ received: 2, created: 2 })
    expect(report.warnings.map(({ code, line }) => [code, line])).toEqual([
      ['skipped_line', 1],
      ['skipped_line', 3],
      ['skipped_line', 7],
    ])
    expect((await customersOf(admin)).map(({ name }) => name)).toEqual(['Ann Lee', 'Bob Lee'])
  })

  it('that is too large, a bomb, broken, or none at all is refused, and nothing is kept', {
    tags: ['long'],
  }, async () => {
    const admin = await founder()
    const good = await workbook({ S: [['Name'], ['A']] })
    const bomb = await zipped({
      'xl/workbook.xml': '<workbook><sheets><sheet name="S"/></sheets></workbook>',
      'xl/sharedStrings.xml': new Uint8Array(70_000_000).fill(32),
    })
    const cases = [
      [bomb, 413, 'file_too_large'],
      [new Uint8Array([...good.subarray(0, 4), ...new Uint8Array(10_500_000)]), 413, 'file_too_large'],
      [good.subarray(0, good.length - 100), 400, 'unreadable_import'],
      [await zipped({ 'a.txt': 'x' }), 400, 'unreadable_import'],
      [await zipped({ 'xl/workbook.xml': '<workbook><sheets>' }), 400, 'unreadable_import'],
      [await zipped({ 'xl/workbook.xml': '<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>' }), 400, 'unreadable_import'],
    ] as const
    for (const [file, status, code] of cases) await refusalOf(importing(admin, file, { type }), status, code)
    await refusalOf(importing(admin, 'Name\nA\n', { type }), 400, 'unreadable_import')
    expect(await rows('SELECT 1 FROM imports WHERE workspace_id = ?', admin.workspaceId)).toEqual([])
  })
})
