// E-mail addresses by RFC 5321 and 6531, and the form in which they are kept.
import { describe, expect, it } from 'vitest'
import { mailAddress } from '../../src/text/address'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { founder, unique } from '../support/factories'

describe('an address', () => {
  it.each([
    ['info@xn--e1afmkfd.xn--p1ai', 'info@xn--e1afmkfd.xn--p1ai'],
    ['info@пример.рф', 'info@xn--e1afmkfd.xn--p1ai'],
    ['zoe@exämple.example', 'zoe@xn--exmple-cua.example'],
    ['sales&marketing@example.com', 'sales&marketing@example.com'],
    ["O'Brien+tag@Example.COM", "o'brien+tag@example.com"],
    ['zoë@example.com', 'zoë@example.com'],
    ['zoe\u0308@example.com', 'zoë@example.com'],
    ['用户@例え.テスト', '用户@xn--r8jz45g.xn--zckzah'],
    ['a@sub-domain.example-1.museum', 'a@sub-domain.example-1.museum'],
    ['"john doe"@example.com', '"john doe"@example.com'],
    ['"john.doe"@example.com', 'john.doe@example.com'],
    ['"a\\"b"@example.com', '"a\\"b"@example.com'],
    ['"a@b"@example.com', '"a@b"@example.com'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    ['_@example.com', '_@example.com'],
    ['a@example。com', 'a@example.com'],
  ])('%s is kept as %s', (given, kept) => expect(mailAddress(given)).toBe(kept))

  it.each([
    ...['', '@', 'a@', '@example.com', 'a', 'a@b', 'a b@example.com', 'a@exa mple.com', 'a@b@example.com'],
    ...['.a@example.com', 'a.@example.com', 'a..b@example.com', 'a@-b.com', 'a@b-.com', 'a@b..com', 'a@.com', 'a@com.'],
    ...['Ann <a@example.com>', 'a@example.com, b@example.com', 'a@1.2.3.4', 'a@0x7f.1', 'a@[192.0.2.1]', 'a@[::1]'],
    ...[
      'a@example.com:80',
      'a@example.com/x',
      'a@example.com?x',
      'a@exa%6dple.com',
      'a@example.com\u0000',
      'a\u200b@x.com',
    ],
    ...['a@b_c.com', '"a\nb"@example.com', '"a@example.com', 'a"b@example.com', `${'a'.repeat(65)}@example.com`],
    ...[`ä${'a'.repeat(63)}@example.com`, `a@${'b'.repeat(64)}.com`, `a@${'b.'.repeat(126)}com`, 'a\r\nb@example.com'],
  ])('there is none in %o', (given) => expect(mailAddress(given)).toBeUndefined())
})

describe('a person', () => {
  it('is one with either form of the domain, and signs in by both', async () => {
    const admin = await founder()
    const name = unique('zoe')
    const made = { name: 'Zoë', email: `${name}@exämple.example` }
    const { email } = await bodyOf(api(admin.token).v1.customers.$post({ json: made }), 201)
    expect(email).toBe(`${name}@xn--exmple-cua.example`)
    await refusalOf(api(admin.token).v1.customers.$post({ json: { ...made, email } }), 409, 'customer_exists')
    const password = 'a good password'
    const json = { name: 'Zoë', email: `${name}@exämple.example`, password, workspaceName: 'Zoë' }
    expect((await send('/v1/auth/register', { method: 'POST', json })).status).toBe(201)
    for (const address of [json.email, email ?? '', email?.toUpperCase() ?? '']) {
      expect((await send('/v1/auth/login', { method: 'POST', json: { email: address, password } })).status).toBe(200)
    }
  })
})
