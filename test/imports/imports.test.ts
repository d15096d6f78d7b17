// Imports: a file of customers comes in, every row says what became of it, and the same file again changes nothing.
import { beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { count, rows } from '../support/database'
import { customer, founder, member, type Person } from '../support/factories'
import { customersOf, figures, imported, importing, reportOf } from '../support/imports'
import { happenings } from '../support/leads'

const NONE = { received: 0, created: 0, updated: 0, unchanged: 0, superseded: 0, failed: 0 }

let admin: Person
let sales: Person
beforeAll(async () => {
  admin = await founder()
  sales = await member(admin, 'SALES')
})

describe('a file of customers', () => {
  const CSV = `Full Name,E-mail,Phone Number,Organisation,Tags,Owner,Plan
Alice Student,Alice@Example.com,+44 20 7946 0958,Acme,VIP;"a;b",%,gold
Bob Buyer,bob@example.com,,,,,
"Carla, ""CC""",,,Solo,,,7
`

  it('makes them with tags, owners and own fields; again, it changes nothing', async () => {
    const admin = await founder()
    const sales = await member(admin, 'SALES')
    const file = CSV.replace('%', sales.email)
    const report = await imported(admin, file)
    expect(report).toMatchObject({ status: 'DONE', errors: [], warnings: [], moreErrors: false })
    expect(figures(report)).toEqual({ ...NONE, received: 3, created: 3 })
    expect(report.columns).toContainEqual({
      column: 'Organisation',
      field: 'company',
      values: 2,
      unused: 0,
      example: null,
    })
    const made = await customersOf(admin)
    const alice = { name: 'Alice Student', email: 'alice@example.com', phone_e164: '+442079460958', company: 'Acme' }
    expect(made).toMatchObject([
      { ...alice, owner: sales.email, fields: { Plan: 'gold' }, tags: ['VIP', 'a;b'] },
      { name: 'Bob Buyer', email: 'bob@example.com', owner: null, fields: null, tags: [] },
      { name: 'Carla, "CC"', email: null, company: 'Solo', fields: { Plan: '7' } },
    ])
    expect(await happenings(made[0]?.id ?? '')).toEqual(['customer.created'])
    expect(await happenings(report.id)).toEqual(['import.finished'])

    const again = await imported(admin, file)
    expect(figures(again)).toEqual({ ...NONE, received: 3, unchanged: 3 })
    expect(await customersOf(admin)).toEqual(made)
    expect(await count('import_keys')).toBe(0)
    expect(await count('import_originals')).toBe(0)
    expect(await count('import_chunks', "rows <> '[]'")).toBe(0)
  })

  it('hold no nulls, not within an object either, and a second time change nothing', async () => {
    const admin = await founder()
    const file = 'name,email,customFields.plan\nAnn,ann@x.de,"{""a"":null,""b"":2}"\n'
    await imported(admin, file)
    expect(figures(await imported(admin, file))).toMatchObject({ unchanged: 1, updated: 0 })
    const [ann] = await customersOf(admin)
    expect(ann).toMatchObject({ version: 1 })
    expect(ann?.fields).toEqual({ plan: { b: 2 } })
  })

  it('is found by search, counted, and seen as a duplicate like any other', async () => {
    const admin = await founder()
    await imported(admin, 'name,phone,tags\nZora Needle,+442079460958,Fair\nZ. Needle,+44 20 7946 0958,fair\n')
    const list = await (await send('/v1/customers?q=needle&tag=FAIR&total=true', { token: admin.token })).json()
    expect(list).toMatchObject({ total: 2 })
    expect(await (await send('/v1/customers/duplicates', { token: admin.token })).json()).toMatchObject({
      data: [{ reason: 'phone' }],
    })
    expect(
      await rows(
        'SELECT customers AS count FROM tag_counts WHERE workspace_id = ? AND owner = ?',
        admin.workspaceId,
        '*',
      ),
    ).toEqual([{ count: 2 }])
  })

  it('changes those that are there, and tells what; an empty cell leaves what is there', async () => {
    const admin = await founder()
    const sales = await member(admin, 'SALES')
    const id = await customer(admin, {
      email: 'ann@example.com',
      name: 'Ann',
      company: 'Old',
      customFields: { a: 1, b: 2 },
    })
    const file = `name,email,company,owner,tags,customFields.b\nAnn,ann@example.com,,${sales.email},New,3\n`
    expect(figures(await imported(admin, file))).toEqual({ ...NONE, received: 1, updated: 1 })
    expect(await customersOf(admin)).toMatchObject([
      { name: 'Ann', company: 'Old', owner: sales.email, fields: { a: 1, b: 3 }, tags: ['New'], version: 2 },
    ])
    const [event] = await rows<{ changes: string }>('SELECT changes FROM events WHERE subject_id = ?', id)
    expect(JSON.parse(event?.changes ?? '')).toMatchObject({
      ownerId: [admin.id, sales.id],
      customFields: [
        { a: 1, b: 2 },
        { a: 1, b: 3 },
      ],
      tags: [[], ['New']],
    })
    expect(figures(await imported(admin, file))).toEqual({ ...NONE, received: 1, unchanged: 1 })
  })

  it.each([
    ['create', { created: 1, unchanged: 1, failed: 1 }, ['exists']],
    ['update', { updated: 1, unchanged: 1, failed: 1 }, ['not_found']],
    ['upsert', { created: 1, updated: 1, unchanged: 1 }, []],
  ])('mode=%s', async (mode, expected, codes) => {
    const admin = await founder()
    for (const name of ['Same', 'Other']) await customer(admin, { name, email: `${name.toLowerCase()}@example.com` })
    const file = 'name,email\nSame,same@example.com\nChanged,other@example.com\nNew,new@example.com\n'
    const report = await imported(admin, file, { query: { mode } })
    expect(figures(report)).toEqual({ ...NONE, received: 3, ...expected })
    expect(report.errors.map(({ code }) => code)).toEqual(codes)
  })

  it('can be matched by phone, where two have the number it is ambiguous', async () => {
    const admin = await founder()
    await imported(admin, 'name,phone\nAnn,+442079460958\nTwin,+442079460111\nTwin 2,+442079460111\n')
    const file = 'name,phone\nAnn B,020 7946 0958\nWho,020 7946 0111\nNew,020 7946 0222\n'
    const report = await imported(admin, file, { query: { match: 'phone', defaultCountry: 'gb' } })
    expect(figures(report)).toEqual({ ...NONE, received: 3, created: 1, updated: 1, failed: 1 })
    expect(report.errors).toMatchObject([{ line: 3, code: 'ambiguous', value: 'phone:+442079460111' }])
  })

  it('of leads are matched by phone too, by the whole number alone', async () => {
    const admin = await founder()
    const ofLeads = { entity: 'leads', match: 'phone', defaultCountry: 'gb' }
    const first =
      'title,phone\nOne,+442079460958\nLonger,+442079460958 ext. 12\nTwin,+442079460111\nTwin 2,020 7946 0111\n'
    await imported(admin, first, { query: { ...ofLeads, match: 'id' } })
    const file = 'title,phone\nOne B,020 7946 0958\nWho,020 7946 0111\nNew,020 7946 0222\nLonger B,020 7946 0958 x12\n'
    const report = await imported(admin, file, { query: ofLeads })
    expect(figures(report)).toEqual({ ...NONE, received: 4, created: 1, updated: 2, failed: 1 })
    expect(report.errors).toMatchObject([{ line: 3, code: 'ambiguous', value: 'phone:+442079460111' }])
    expect(await rows('SELECT title FROM leads WHERE workspace_id = ? ORDER BY seq', admin.workspaceId)).toEqual(
      ['One B', 'Longer B', 'Twin', 'Twin 2', 'New'].map((title) => ({ title })),
    )
  })

  it('can be matched by id, and then change an e-mail unless somebody else has or had it', async () => {
    const admin = await founder()
    const [ann, bob] = [await customer(admin, { email: 'ann@x.de' }), await customer(admin, { email: 'bob@x.de' })]
    const foreign = crypto.randomUUID()
    const file = `id,name,email\n${ann},Ann,new@x.de\n${bob},Bob,ann@x.de\n${foreign},Eve,eve@x.de\n17,Moe,moe@x.de\n`
    const report = await imported(admin, file, { query: { match: 'id' } })
    expect(figures(report)).toEqual({ ...NONE, received: 4, created: 2, updated: 1, failed: 1 })
    expect(report.errors).toMatchObject([{ line: 3, field: 'email', code: 'email_taken', value: 'ann@x.de' }])
    // An id of another system is the external id, and finds the record the next time.
    expect(
      await rows('SELECT name, external_id FROM customers WHERE workspace_id = ? ORDER BY seq', admin.workspaceId),
    ).toMatchObject([
      { name: 'Ann', external_id: null },
      { external_id: null },
      { name: 'Eve', external_id: foreign },
      { name: 'Moe', external_id: '17' },
    ])
    expect(figures(await imported(admin, file, { query: { match: 'id' } }))).toMatchObject({ unchanged: 3, updated: 1 })
  })

  it('knows nobody of another workspace, by id or otherwise', async () => {
    const [admin, other] = [await founder(), await founder()]
    const id = await customer(other, { name: 'Theirs', email: 'theirs@x.de' })
    const report = await imported(admin, `id,name,email,owner\n${id},Mine,theirs@x.de,\n,X,x@x.de,${other.email}\n`, {
      query: { match: 'id' },
    })
    expect(report.warnings).toMatchObject([{ code: 'owner_unknown', value: other.email }])
    expect(figures(report)).toMatchObject({ created: 2, failed: 0 })
    expect(await customersOf(admin)).toMatchObject([
      { name: 'Mine', owner: null },
      { name: 'X', owner: null, fields: { owner: other.email } },
    ])
    expect(await customersOf(other)).toMatchObject([{ name: 'Theirs' }])
    await refusalOf(send(`/v1/imports/${report.id}`, { token: other.token }), 404, 'not_found')
  })

  it('brings days to keep in touch along, counted from the last contact of who is there', async () => {
    const admin = await founder()
    const id = await customer(admin, { email: 'ann@x.de' })
    const call = { customerId: id, type: 'CALL', body: 'Hello', occurredAt: '2026-01-01T10:00:00.000Z' }
    await send('/v1/interactions', { method: 'POST', token: admin.token, json: call })
    const file = 'name,email,keepInTouchDays\nAnn,ann@x.de,30\nBob,bob@x.de,7\nEve,eve@x.de,soon\nZoe,zoe@x.de,5000\n'
    const report = await imported(admin, file)
    expect(figures(report)).toEqual({ ...NONE, received: 4, created: 1, updated: 1, failed: 2 })
    expect(report.errors).toMatchObject([
      { line: 4, field: 'keepInTouchDays', code: 'invalid_keepInTouchDays', value: 'soon' },
      { line: 5, field: 'keepInTouchDays', value: '5000' },
    ])
    expect(
      await rows('SELECT keep_in_touch_days AS days, next_touch_at AS next FROM customers WHERE id = ?', id),
    ).toEqual([{ days: 30, next: '2026-01-31T10:00:00.000Z' }])
    expect(figures(await imported(admin, file))).toMatchObject({ unchanged: 2, updated: 0, created: 0 })
  })

  it('gives what it makes to the default owner, who must be of the team', async () => {
    const admin = await founder()
    const sales = await member(admin, 'SALES')
    await customer(admin, { name: 'Ann', email: 'ann@x.de' })
    const file = 'name,email\nAnna,ann@x.de\nNew,new@x.de\n'
    await imported(admin, file, { query: { defaultOwner: sales.email } })
    expect((await customersOf(admin)).map(({ owner }) => owner)).toEqual([admin.email, sales.email])
    await refusalOf(importing(admin, file, { query: { defaultOwner: 'nobody@x.de' } }), 400, 'invalid_owner')
    expect(await count('imports', 'workspace_id = ?', admin.workspaceId)).toBe(1)
  })
})

describe('rows of one record', () => {
  const FILE = 'name,email,company\nAnn,ann@x.de,Old\nBob,bob@x.de,\nAnn B,ANN@x.de,\n'

  it('become one, the last one on top, and are reported', async () => {
    const admin = await founder()
    const report = await imported(admin, FILE)
    expect(figures(report)).toEqual({ ...NONE, received: 3, created: 2, superseded: 1 })
    expect(report.warnings).toMatchObject([{ line: 4, code: 'duplicate_in_file', value: 'email:ann@x.de' }])
    expect(await customersOf(admin)).toMatchObject([{ name: 'Ann B', company: 'Old' }, { name: 'Bob' }])
    expect(figures(await imported(admin, FILE))).toEqual({ ...NONE, received: 3, unchanged: 2, superseded: 1 })
  })

  it('become one as far as its fields have room', async () => {
    const admin = await founder()
    const long = 'x'.repeat(9_000)
    const file = `name,email,a,b\nAnn,ann@x.de,${long},\nAnn,ann@x.de,,${long}\n`
    const report = await imported(admin, file)
    expect(figures(report)).toEqual({ ...NONE, received: 2, created: 1, failed: 1 })
    expect(report.errors).toMatchObject([{ line: 3, code: 'too_big' }])
    expect(await customersOf(admin)).toMatchObject([{ fields: { a: long } }])
    expect(figures(await imported(admin, file))).toMatchObject({ unchanged: 1, failed: 1 })
  })

  it('may put an object where a custom field holds a text', async () => {
    const admin = await founder()
    await imported(admin, 'Name,E-mail,customFields.plan\r\nAnn,ann@x.de,gold\r\n')
    const report = await imported(admin, 'Name,E-mail,customFields.plan\r\nAnn,ann@x.de,"{""a"":1}"\r\n')
    expect(figures(report)).toEqual({ ...NONE, received: 1, updated: 1 })
    expect(await customersOf(admin)).toMatchObject([{ fields: { plan: { a: 1 } } }])
  })

  it('or are refused after the first, as asked', async () => {
    const admin = await founder()
    const report = await imported(admin, FILE, { query: { duplicates: 'refuse' } })
    expect(figures(report)).toEqual({ ...NONE, received: 3, created: 2, failed: 1 })
    expect(report.errors).toMatchObject([{ line: 4, code: 'duplicate_in_file', message: 'Line 2 is the same record' }])
    expect(await customersOf(admin)).toMatchObject([{ name: 'Ann' }, { name: 'Bob' }])
  })
})

describe('what is wrong with a row', () => {
  it('is told with line, field, code and value, and harms no other row', async () => {
    const admin = await founder()
    const file = [
      'Name,Mail,Phone,Company,Owner',
      'Good,good@x.de,,,',
      '"Two\nlines",two@@x.de,,,',
      ',none@x.de,,,',
      `${'x'.repeat(201)},long@x.de,,,`,
      'Phoney,phoney@x.de,12,,',
      'Owned,owned@x.de,,,nobody@x.de',
      'Many,many@x.de,,a,b,c',
      'Few,few@x.de',
      '"=1+1",formula@x.de,,,',
    ].join('\r\n')
    const report = await imported(admin, file)
    expect(figures(report)).toEqual({ ...NONE, received: 9, created: 6, failed: 3 })
    expect(report.errors).toMatchObject([
      { line: 3, field: 'email', code: 'invalid_email', value: 'two@@x.de' },
      { line: 6, field: 'name', code: 'too_long' },
      { line: 9, code: 'unreadable_row' },
    ])
    expect(report.warnings).toMatchObject([
      { line: 5, field: 'name', code: 'name_made', value: 'none@x.de' },
      { line: 7, field: 'phone', code: 'unreadable_phone', value: '12' },
      { line: 8, field: 'owner', code: 'owner_unknown', value: 'nobody@x.de' },
    ])
    const names = (await customersOf(admin)).map(({ name }) => name)
    expect(names).toEqual(['=1+1', 'Few', 'Good', 'Owned', 'Phoney', 'none@x.de'])
  })

  it('comes back as a file that can be mended and sent again', async () => {
    const admin = await founder()
    const file = 'Name;E-mail;Plan\nGood;good@x.de;gold\n"=cmd()";bad@;"a;b"\nOwned;;x\n;;lost\n'
    const { id } = await imported(admin, file)
    const answer = await send(`/v1/imports/${id}/errors.csv`, { token: admin.token })
    expect(answer.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('Content-Disposition')).toBe(`attachment; filename="import-${id}-errors.csv"`)
    const text = await answer.text()
    expect(text).toBe(
      'import.line,import.error,Name,E-mail,Plan\r\n' +
        `3,email: Invalid email address,'=cmd(),bad@,"a;b"\r\n` +
        '5,name: A new record needs this field,,,lost\r\n',
    )
    const mended = text.replace('bad@,', 'mended@x.de,').replace(',,lost', 'Late,,')
    expect(figures(await imported(admin, mended))).toEqual({ ...NONE, received: 2, created: 2 })
    expect(await customersOf(admin)).toMatchObject([
      { name: '=cmd()', fields: { Plan: 'a;b' } },
      { name: 'Good' },
      { name: 'Late', fields: null },
      { name: 'Owned' },
    ])
  })

  it('is shown a hundred times, and whole in the file', async () => {
    const admin = await founder()
    const bad = Array.from({ length: 1_000 }, (_, i) => `N${i},no mail ${i}`)
    const report = await imported(admin, `name,email\nGood,good@x.de\n${bad.join('\n')}\n`)
    expect(figures(report)).toEqual({ ...NONE, received: 1_001, created: 1, failed: 1_000 })
    expect([report.errors.length, report.moreErrors, report.errors[99]?.line]).toEqual([100, true, 102])
    const text = await (await send(`/v1/imports/${report.id}/errors.csv`, { token: admin.token })).text()
    expect(text.trim().split('\r\n')).toHaveLength(1_001)
  })

  it('in every row is an error, and nothing is written', async () => {
    const admin = await founder()
    for (const file of ['name,email\nA,a@\nB,b\n', 'name,plan\n,gold\n']) {
      const problem = await refusalOf(importing(admin, file), 400, 'nothing_imported')
      expect(problem.errors?.[0]?.path).toMatch(/^line 2: (email|name)$/)
      expect(await reportOf(admin, problem.importId ?? '')).toMatchObject({ status: 'FAILED', created: 0 })
    }
    expect(await customersOf(admin)).toEqual([])
    expect(await count('events', "workspace_id = ? AND verb = 'customer.created'", admin.workspaceId)).toBe(0)
  })
})

describe('columns', () => {
  it('are named by a mapping, as JSON or in pairs; what means nothing is kept or not, as asked', async () => {
    const file = 'Wer;Wo;Was\nAnn;ann@x.de;gold\n'
    for (const mapping of ['{"Wer":"name","Wo":"email","Was":null}', 'pairs']) {
      const admin = await founder()
      const query = new URLSearchParams([['entity', 'customers']])
      const pairs = ['Wer:name', 'Wo:email', 'Was:customFields.plan']
      for (const each of mapping === 'pairs' ? pairs : [mapping]) query.append('mapping', each)
      const init = { method: 'POST', token: admin.token, body: file, headers: { 'Content-Type': 'text/csv' } }
      expect((await send(`/v1/imports?${query}`, init)).status).toBe(201)
      const fields = mapping === 'pairs' ? { plan: 'gold' } : null
      expect(await customersOf(admin)).toMatchObject([{ name: 'Ann', email: 'ann@x.de', fields }])
    }
    const admin = await founder()
    await imported(admin, 'Name,Foo\nAnn,1\n', { query: { unknown: 'ignore' } })
    expect(await customersOf(admin)).toMatchObject([{ name: 'Ann', fields: null }])
  })

  it.each([
    [{ mapping: 'Name:colour' }, 'query.mapping'],
    [{ mapping: 'Name:name', extra: '1' }, 'query.extra'],
    [{ mapping: 'nonsense' }, 'query.mapping'],
    [{ mapping: '{"A":"name","B":"name"}' }, 'query.mapping'],
    [{ mapping: 'Nome:name' }, 'query.mapping'],
    [{ defaultCountry: 'XX' }, 'query.defaultCountry'],
    [{ entity: 'deals' }, 'query.entity'],
  ])('%j is refused, and the answer says where', async (query, path) => {
    const problem = await refusalOf(importing(admin, 'Name\nAnn\n', { query }), 400, 'invalid')
    expect(problem.errors?.map((each) => each.path)).toContain(path)
  })

  it('with hostile names do no harm', async () => {
    const admin = await founder()
    const file = 'name,__proto__,constructor,toString,"=HYPERLINK(""x"")"\nAnn,a,b,c,d\n'
    await imported(admin, file)
    expect(await customersOf(admin)).toMatchObject([
      { name: 'Ann', fields: { constructor: 'b', toString: 'c', '=HYPERLINK("x")': 'd' } },
    ])
  })

  it('of two first and last name make one, and of two that mean the same the first is taken', async () => {
    const admin = await founder()
    await imported(admin, 'First Name,Last Name,Phone,Mobile\nAnn,Lee,+442079460958,+442079460111\n')
    expect(await customersOf(admin)).toMatchObject([{ name: 'Ann Lee', phone: '+442079460958', fields: null }])
    expect(await rows('SELECT phones FROM customers WHERE workspace_id = ?', admin.workspaceId)).toEqual([
      {
        phones: expect.stringMatching(
          /"\+442079460958".*"\+442079460111","phoneE164":"\+442079460111","label":"mobile"/,
        ),
      },
    ])
  })

  it('of one name are all kept, whatever they are called', async () => {
    const admin = await founder()
    const file = 'Name,Extra,Extra,customFields.Extra,,Extra (2)\nAnn,a,b,c,lost,d\n'
    const { columns } = await imported(admin, file)
    expect(columns.map(({ field }) => field)).toContain('customFields.Extra (2)')
    expect(await customersOf(admin)).toMatchObject([
      { fields: { Extra: 'a', 'Extra (2)': 'b', 'Extra (3)': 'c', 'Extra (2) (2)': 'd' } },
    ])
    expect(figures(await imported(admin, file))).toMatchObject({ unchanged: 1 })
  })

  it('that only the system itself writes are left out, and those of another system kept', async () => {
    const admin = await founder()
    const { columns } = await imported(
      admin,
      'name,createdAt,customerId,import.error,Customer ID,created_at\nAnn,2020,c1,bad,A-17,2019-01-01\n',
    )
    expect(await customersOf(admin)).toMatchObject([{ name: 'Ann', fields: { created_at: '2019-01-01' } }])
    expect(await rows('SELECT external_id FROM customers WHERE workspace_id = ?', admin.workspaceId)).toEqual([
      { external_id: 'A-17' },
    ])
    expect(columns.filter(({ unused }) => unused > 0)).toMatchObject([
      { column: 'createdAt', field: null, values: 1, unused: 1, example: '2020' },
      { column: 'customerId', unused: 1, example: 'c1' },
      { column: 'import.error', unused: 1, example: 'bad' },
    ])
  })

  it('of Google’s contacts hold several values in one cell: the first is taken, and every label', async () => {
    const admin = await founder()
    const header = 'First Name,Last Name,Organization Name,Labels,E-mail 1 - Value,Phone 1 - Value'
    const values = '* myContacts ::: Family ::: a;b,ann@x.de ::: lee@x.de,+44 20 7946 0958 ::: +44 20 7946 0111'
    await imported(admin, `${header}\nAnn,Lee,Acme,${values}\nBob,,,* myContacts,,\n`)
    expect(await customersOf(admin)).toMatchObject([
      { name: 'Ann Lee', company: 'Acme', email: 'ann@x.de', phone: '+44 20 7946 0958', tags: ['Family', 'a;b'] },
      { name: 'Bob', tags: [] },
    ])
    await imported(admin, 'name,tags\nCarl,a ::: b\n')
    expect((await customersOf(admin)).at(-1)).toMatchObject({ tags: ['a ::: b'] })
  })
})

describe('an import', () => {
  it('is listed newest first', async () => {
    const admin = await founder()
    for (const name of ['A', 'B']) await imported(admin, `name\n${name}\n`)
    const { data } = await (await api(admin.token).v1.imports.$get({ query: {} }))
      .json()
      .then((page) => ('data' in page ? page : { data: [] }))
    expect(data).toHaveLength(2)
    expect((data[0]?.id ?? '') > (data[1]?.id ?? '')).toBe(true)
  })

  it('is for ADMIN and MANAGER alone', async () => {
    const manager = await member(admin, 'MANAGER')
    expect((await importing(manager, 'name\nBy a manager\n')).status).toBe(201)
    await refusalOf(importing(sales, 'name\nBy sales\n'), 403, 'forbidden')
  })

  it('under an Idempotency-Key is done once, and takes 1 MB', async () => {
    const admin = await founder()
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const file = 'name\nOnce\nünïcode\n'
    const [first, second] = [await importing(admin, file, { headers }), await importing(admin, file, { headers })]
    expect([first.status, second.status, second.headers.get('Idempotency-Replayed')]).toEqual([201, 201, 'true'])
    expect(await second.text()).toBe(await first.text())
    await refusalOf(importing(admin, 'name\nOther\n', { headers }), 422, 'idempotency_mismatch')
    const large = `name\n${'x'.repeat(1_100_000)}\n`
    await refusalOf(importing(admin, large, { headers: { 'Idempotency-Key': 'x' } }), 413, 'body_too_large')
    expect((await customersOf(admin)).map(({ name }) => name)).toEqual(['Once', 'ünïcode'])
  })
})
