// Formats of an import: every way in which a file can be written, and what cannot be one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRows } from '../../src/files/csv'
import { fieldOf, tagsOf } from '../../src/files/csv-cells'
import { jsonRows, ndjsonRows } from '../../src/files/json'
import { refusalOf } from '../support/answers'
import { send } from '../support/api'
import { rows } from '../support/database'
import { founder, member, type Person } from '../support/factories'
import { customersOf, figures, imported, importing } from '../support/imports'

async function* pieces(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

const csv = (text: string, size = 7) => all(csvRows(pieces(text, size)))
const cells = async (text: string, size?: number) =>
  (await csv(text, size)).map((row) => ('content' in row ? row.content : row.fault))

const notesOf = ({ workspaceId }: Person) => rows('SELECT body FROM interactions WHERE workspace_id = ?', workspaceId)

describe('CSV', () => {
  it('is read back as it was written, however it is cut, with any separator and line end', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '"', ',', ';', '\t', '\n', '\r', ' ', '👩'),
      maxLength: 6,
    })
    const row = fc.array(cell, { minLength: 2, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 9 }),
        async (table, separator, end, size) => {
          const header = ['one', 'two', 'three', 'four']
          const isNothing = (each: string[]) => each.every((value) => value.trim() === '')
          const kept = table.filter((each) => !isNothing(each))
          const quoted = table.map((each) => each.map((value) => `"${value.replaceAll('"', '""')}"`).join(separator))
          const text = [header.join(separator), ...quoted].join(end) + end
          const found = await csv(text, size)
          expect(found.map((each) => ('content' in each ? each.content : each.fault))).toEqual([header, ...kept])
          const lines = text.split(/\r\n|\r|\n/)
          for (const each of found) expect(lines[each.line - 1]).toMatch(each.line === 1 ? /^one/ : /^"/)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('may lack quotes, the last line end, and cells; rows of nothing are lines, and no more', async () => {
    expect(await csv('a,b\n\n1\n , \r\n2,"x"y\r3,z"q')).toEqual([
      { line: 1, content: ['a', 'b'] },
      { line: 3, content: ['1'] },
      { line: 5, content: ['2', 'xy'] },
      { line: 6, content: ['3', 'z"q'] },
    ])
  })

  it('is told its separator outside of quotes, or by Excel’s own first line', async () => {
    expect(await cells('"a,b,c";d\n1;2')).toEqual([
      ['a,b,c', 'd'],
      ['1', '2'],
    ])
    expect(await cells('sep=;\na;b,c\n1;2')).toEqual([
      ['a', 'b,c'],
      ['1', '2'],
    ])
    expect(await cells('one\ntwo')).toEqual([['one'], ['two']])
    expect(await csv('\r\n  \n;;\n"a\nb";c,d\n1;2')).toEqual([
      { line: 4, content: ['a\nb', 'c,d'] },
      { line: 6, content: ['1', '2'] },
    ])
    expect(await cells('\nsep=;\na,x;b\n1;2')).toEqual([
      ['a,x', 'b'],
      ['1', '2'],
    ])
  })

  it('takes no other row along with a line whose quote nobody closes', async () => {
    expect(await csv('a,b\n"Ann,x\nBob,"hi"\n"Eve" ,"y\nz"\n')).toMatchObject([
      { content: ['a', 'b'] },
      { line: 2, fault: expect.stringContaining('quote') },
      { line: 3, content: ['Bob', 'hi'] },
      { line: 4, content: ['Eve ', 'y\nz'] },
    ])
  })

  it('makes no rows out of the lines of one cell that is far too long', async () => {
    const long = `a,b\n1,"${'some text, and more\n'.repeat(30_000)}"\n2,y\n`
    for (const size of [10_000, 32_768, 1_000_000]) {
      expect(await csv(long, size)).toMatchObject([
        { content: ['a', 'b'] },
        { line: 2, fault: expect.stringContaining('longer') },
        { line: 30_003, content: ['2', 'y'] },
      ])
    }
  })

  it('loses one line, and no more, to a quote that nobody closes', async () => {
    expect(await cells('a,b\n1,"x\n2,y\n3,z\n')).toEqual([
      ['a', 'b'],
      expect.stringContaining('quote'),
      ['2', 'y'],
      ['3', 'z'],
    ])
    const long = `a,b\n1,"${'x'.repeat(150_000)}\n${'2,y\n'.repeat(50_000)}`
    const found = await csv(long, 30_000)
    expect(found).toHaveLength(50_002)
    expect(found[1]).toMatchObject({ line: 2, fault: expect.stringContaining('quote') })
  })
})

describe('JSON', () => {
  it('gives every object of an array, however it is cut, and faults one by one', async () => {
    const item = fc
      .jsonValue({ stringUnit: 'binary', maxDepth: 3 })
      .filter((value) => JSON.stringify(value).length < 1_000)
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (list, size, isWide) => {
          const found = await all(jsonRows(pieces(JSON.stringify(list, null, isWide ? 2 : 0), size)))
          expect(found.map((row) => ('content' in row ? row.content : null))).toEqual(
            list.map((each) =>
              typeof each === 'object' && each !== null && !Array.isArray(each)
                ? JSON.parse(JSON.stringify(each))
                : null,
            ),
          )
          expect(found.map(({ line }) => line)).toEqual(list.map((_, i) => i + 1))
        },
      ),
      { numRuns: 200 },
    )
    const broken = await all(jsonRows(pieces('[{"a":1},{bad},{"a":"]},"},{"a":3}', 3)))
    expect(broken.map((row) => ('content' in row ? row.content.a : row.fault))).toEqual([
      1,
      'is not JSON',
      ']},',
      expect.stringContaining('cut off'),
    ])
  })

  it('one object a line is NDJSON, with the lines of the file', async () => {
    expect(await all(ndjsonRows(pieces('{"a":1}\n\n[1]\r\n{"a":2}', 2)))).toMatchObject([
      { line: 1, content: { a: 1 } },
      { line: 3, fault: 'is not a JSON object' },
      { line: 4, content: { a: 2 } },
    ])
  })
})

describe('a file', () => {
  const KEPT = { seats: 5, paid: true, code: '007', list: [1], n: '12' }
  const PEOPLE = [
    {
      name: 'Ann',
      email: 'ann@x.de',
      tags: ['VIP', 'a;b'],
      customFields: { ...KEPT, none: null },
    },
    { name: '=Bob', mail: 'bob@x.de', city: 'Ulm' },
  ]
  const EXPECTED = [
    { name: '=Bob', email: 'bob@x.de', fields: { city: 'Ulm' } },
    { name: 'Ann', tags: ['VIP', 'a;b'], fields: KEPT },
  ]

  it.each([
    ['application/json', JSON.stringify(PEOPLE)],
    ['application/x-ndjson', PEOPLE.map((each) => JSON.stringify(each)).join('\n')],
    ['application/octet-stream', JSON.stringify(PEOPLE, null, 1)],
    [
      'text/csv; charset=utf-8',
      `\ufeffname,email,tags,customFields.seats,customFields.paid,customFields.code,customFields.list,customFields.none,customFields.n,city\r\nAnn,ann@x.de,"VIP;""a;b""",5,true,007,[1],null,"""12""",\r\n'=Bob,bob@x.de,,,,,,,,Ulm\r\n`,
    ],
  ])('as %s says the same, types and all', async (type, file) => {
    const admin = await founder()
    expect(figures(await imported(admin, file, { type }))).toMatchObject({ received: 2, created: 2 })
    const made = await customersOf(admin)
    expect(made).toMatchObject(EXPECTED)
    expect(made[1]?.fields).toEqual(KEPT)
    expect(figures(await imported(admin, file, { type }))).toMatchObject({ received: 2, unchanged: 2 })
  })

  it('may be part of a form', async () => {
    const admin = await founder()
    const form = new FormData()
    form.append('note', 'not a file')
    form.append('file', new File([`name\r\n${'Ann\r\n--not the end\r\n'}`], 'customers.csv', { type: 'text/csv' }))
    const answer = await send('/v1/imports?entity=customers', { method: 'POST', token: admin.token, body: form })
    expect(answer.status).toBe(201)
    expect((await customersOf(admin)).map(({ name }) => name)).toEqual(['--not the end', 'Ann'])
  })

  it('in a form is the only one there, and no parameter stands beside it', async () => {
    const admin = await founder()
    const sent = (...parts: [name: string, value: string | File][]) => {
      const form = new FormData()
      for (const [name, value] of parts) form.append(name, value)
      return send('/v1/imports?entity=customers', { method: 'POST', token: admin.token, body: form })
    }
    const file = new File(['name\nAnn\n'], 'a.csv', { type: 'text/csv' })
    for (const parts of [
      [
        ['dryRun', 'true'],
        ['file', file],
      ],
      [
        ['file', file],
        ['dryRun', 'true'],
      ],
      [
        ['file', file],
        ['second', file],
      ],
    ] as [string, string | File][][]) {
      await refusalOf(sent(...parts), 400, 'unreadable_import')
    }
    expect(await customersOf(admin)).toEqual([])
    expect((await sent(['empty', new File([], '')], ['file', file])).status).toBe(201)
  })

  it('of vCards, 3.0 and 4.0, makes customers', async () => {
    const admin = await founder()
    const file = [
      ...[
        'BEGIN:VCARD',
        'VERSION:4.0',
        'FN:Ann\\, Lee',
        'N:Lee;Ann;;;',
        'EMAIL;PREF=2:second@x.de',
        'EMAIL;PREF=1:ann@x.de',
      ],
      ...['TEL;VALUE=uri;TYPE="voice,home":tel:+44-20-7946-0958', 'ORG:Acme\\; Co;Sales', 'CATEGORIES:VIP,a\\,b'],
      ...['TITLE:Buyer', 'NOTE:A long', '  note\\nof two lines', 'END:VCARD'],
      ...['begin:vcard', 'version:3.0', 'N:Buyer;Bob;;;', 'item1.EMAIL;TYPE=INTERNET:bob@x.de', 'end:vcard'],
      ...['BEGIN:VCARD', 'VERSION:2.0', 'FN:Old', 'END:VCARD'],
    ].join('\r\n')
    const report = await imported(admin, file, { type: 'text/vcard' })
    expect(report.errors).toMatchObject([{ line: 19, code: 'unreadable_row' }])
    expect(await customersOf(admin)).toMatchObject([
      {
        name: 'Ann, Lee',
        email: 'ann@x.de',
        phone_e164: '+442079460958',
        company: 'Acme; Co',
        tags: ['VIP', 'a,b'],
      },
      { name: 'Bob Buyer', email: 'bob@x.de' },
    ])
    expect(await notesOf(admin)).toEqual([{ body: 'A long note\nof two lines' }])
  })

  it('of vCards as phones write them, quoted-printable and with photos, makes customers', async () => {
    const admin = await founder()
    const photo = Array.from({ length: 3_000 }, () => ` ${'A'.repeat(72)}`)
    const file = [
      ...['BEGIN:VCARD', 'VERSION:2.1', 'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4D=C3=BC=6C=6C=65=72;=4A=6F;;;'],
      ...['FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4A=6F=20=', '=4D=C3=BC=', '=6C=6C=65=72'],
      ...['TEL;HOME:+442079460111', 'TEL;CELL;PREF:+442079460958', 'EMAIL;HOME:jo@x.de', 'NOTE:a=', 'ORG:b=2E'],
      ...['PHOTO;ENCODING=BASE64;JPEG:AAAA', ...photo, '', 'END:VCARD'],
      ...[
        'BEGIN:VCARD',
        'VERSION:3.0',
        'FN:Ann',
        'item1.PHOTO;ENCODING=b:AAAA',
        ...photo,
        'EMAIL:ann@x.de',
        'END:VCARD',
      ],
      ...['BEGIN:VCARD', 'VERSION:2.1', 'N;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:;J=F6rg;;;', 'END:VCARD'],
    ].join('\r\n')
    expect(figures(await imported(admin, file, { type: 'text/x-vcard' }))).toMatchObject({ created: 3, failed: 0 })
    expect(await customersOf(admin)).toMatchObject([
      { name: 'Ann', email: 'ann@x.de' },
      { name: 'Jo Müller', email: 'jo@x.de', phone: '+442079460958', company: 'b=2E' },
      { name: 'Jörg' },
    ])
    expect(await notesOf(admin)).toEqual([{ body: 'a=' }])
  })

  it.each([
    ['a workbook', new Uint8Array([0x50, 0x4b, 3, 4, 20, 0]), 'unreadable_import'],
    ['binary', new Uint8Array([110, 0, 0, 97, 0, 0, 10]), 'unreadable_import'],
    ['empty', '', 'unreadable_import'],
    ['blank', ' \n\n ', 'unreadable_import'],
    ['only a header', 'name,email\n', 'unreadable_import'],
    ['without a header', 'x1,y2\nfoo,bar\n', 'unreadable_import'],
    ['an unclosed header', '"name,email\nA,b@c.de\n', 'unreadable_import'],
  ])('that is %s is refused with a reason', async (_what, body, code) => {
    const admin = await founder()
    const problem = await refusalOf(importing(admin, body), 400, code)
    expect(problem.detail?.length).toBeGreaterThan(15)
    expect(await rows('SELECT 1 FROM imports WHERE workspace_id = ?', admin.workspaceId)).toEqual([])
  })

  it.each([
    ['application/json', '{"name":"Ann"}', 400, 'unreadable_import'],
    ['application/json', '[]', 400, 'unreadable_import'],
    ['application/json', '[{"foo":1}]', 400, 'unreadable_import'],
    ['text/html', '<p>', 415, 'wrong_content_type'],
    ['multipart/form-data', 'x', 400, 'unreadable_import'],
    ['multipart/form-data; boundary=x', '--x\r\n\r\n\r\n--x--', 400, 'unreadable_import'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\nname\nA',
      400,
      'unreadable_import',
    ],
  ] as const)('%s %s is %i', async (type, body, status, code) => {
    await refusalOf(importing(await founder(), body, { type }), status, code)
  })

  it('that breaks off while it comes in is the sender’s fault, and leaves nothing', async () => {
    const admin = await founder()
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        if (sent > 40) controller.error(new Error('gone'))
        else
          controller.enqueue(
            new TextEncoder().encode(sent === 1 ? 'name,note\n' : `Ann ${sent},${'x'.repeat(60_000)}\n`),
          )
      },
    })
    await refusalOf(importing(admin, body), 400, 'unreadable_import')
    expect(await rows('SELECT 1 FROM imports WHERE workspace_id = ?', admin.workspaceId)).toEqual([])
  })

  it('past 50 MB is refused while it streams', { tags: ['long'] }, async () => {
    const admin = await founder()
    const piece = new TextEncoder().encode(`${' '.repeat(9_999)}\n`.repeat(100))
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 0) controller.enqueue(new TextEncoder().encode('name\nAnn\n'))
        controller.enqueue(piece)
        sent += 1
        if (sent > 60) controller.close()
      },
    })
    await refusalOf(importing(admin, body), 413, 'file_too_large')
  })
})

describe('leads', () => {
  const FILE = `title,name,email,phone,status,source,owner,followUpAt,metadata,Campaign
"Course, five seats",Ann,ann@x.de,+442079460958,contacted,Fair,%,2027-01-15,"{""a"":1}",autumn
Another,Ann,ann@x.de,,,,,2027-01-15 09:30,,
,No title,no@x.de,,,,,,,
Bad,,,,LOST,,,tomorrow,[1],
`
  it('come in with all they have, once', async () => {
    const admin = await founder()
    const sales = await member(admin, 'SALES')
    const file = FILE.replace('%', sales.email)
    const query = { entity: 'leads' }
    const report = await imported(admin, file, { query })
    expect(figures(report)).toMatchObject({ received: 4, created: 3, failed: 1 })
    expect(report.errors.map(({ line, field }) => [line, field])).toEqual([
      [5, 'metadata'],
      [5, 'followUpAt'],
    ])
    const stored = await rows(
      'SELECT title, status, source, follow_up_at, metadata, custom_fields, owner_id, claimed_at IS NOT NULL AS is_claimed FROM leads WHERE workspace_id = ? ORDER BY title',
      admin.workspaceId,
    )
    expect(stored).toMatchObject([
      { title: 'Another', status: 'NEW', follow_up_at: '2027-01-15T09:30:00.000Z', owner_id: null, is_claimed: 0 },
      {
        title: 'Course, five seats',
        status: 'CONTACTED',
        source: 'Fair',
        follow_up_at: '2027-01-15T00:00:00.000Z',
        metadata: '{"a":1}',
        custom_fields: '{"Campaign":"autumn"}',
        owner_id: sales.id,
        is_claimed: 1,
      },
      { title: 'No title' },
    ])
    expect(figures(await imported(admin, file, { query }))).toMatchObject({ created: 0, unchanged: 3 })
  })

  it('are changed where they are matched by e-mail or by id', async () => {
    const admin = await founder()
    await imported(admin, 'title,email\nOne,one@x.de\nTwo,two@x.de\nTwo again,two@x.de\n', {
      query: { entity: 'leads' },
    })
    const file = 'title,email,status\nOne,one@x.de,QUALIFIED\nTwo,two@x.de,CLOSED\n'
    const report = await imported(admin, file, { query: { entity: 'leads', match: 'email' } })
    expect(figures(report)).toMatchObject({ updated: 1, failed: 1 })
    expect(report.errors).toMatchObject([{ code: 'ambiguous' }])
    const [one] = await rows<{ id: string }>(
      "SELECT id FROM leads WHERE title = 'One' AND workspace_id = ?",
      admin.workspaceId,
    )
    await imported(admin, `id,title\n${one?.id},First\n`, { query: { entity: 'leads' } })
    expect(await rows('SELECT title, status FROM leads WHERE id = ?', one?.id)).toEqual([
      { title: 'First', status: 'QUALIFIED' },
    ])
  })
})

it('cells of own fields keep their types, and tags their semicolons', () => {
  expect(['5', 'true', '007', '"12"', 'x'].map(fieldOf)).toEqual([5, true, '007', '12', 'x'])
  expect(tagsOf('VIP;"a;b"')).toEqual(['VIP', 'a;b'])
})
