// Encodings: a file is read in the one that it is in, found or named; one that is not plain is refused with the candidates.
import { describe, expect, it } from 'vitest'
import { decodeText } from '../../src/files/text'
import { refusalOf } from '../support/answers'
import { rows } from '../support/database'
import { founder } from '../support/factories'
import { customersOf, imported, importing } from '../support/imports'

const bytes = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))
const utf16 = (text: string, isBig = false) =>
  Uint8Array.from(
    [...text].flatMap((char) => {
      const code = char.charCodeAt(0)
      return isBig ? [code >> 8, code & 255] : [code & 255, code >> 8]
    }),
  )

/** A table in each encoding, written by another program, and the first name in it. */
const TABLES: [encoding: string, base64: string, name: string][] = [
  [
    'windows-1252',
    'TmFtZTtPcnQ7Tm90aXoNCkr2cmcgTfxsbGVyO0v2bG47R3L832UgYXVzIGRlciBTdHJh32UNCkZyYW7nb2lzIExlZuh2cmU7T3Js6WFucztk6WrgIHZ1LCDnYSB2YQ0K',
    'Jörg Müller',
  ],
  [
    'windows-1250',
    'Sm3pbm87TexzdG87UG96buFta2ENCthlaG/4IFD47WJ5bDtU+GVi7eg7nmx1nW916Gv9IGv58iD6cOxsIO/hYmVsc2vpIPNkeQ0KWmRlbuxrIIqdYXN0bv07yGVza+kgQnVk7GpvdmljZTtw+O1saZogbW5vaG8gduxj7Swga3RlcukgbuxjbyB6bmFtZW5hau0gcHJvIHaaZWNobnkNCg==',
    'Řehoř Příbyl',
  ],
  [
    'windows-1251',
    'yOz/O8Pu8O7kO8fg7OXy6uANCs+48vAg0eXsuO3u4jvM7vHq4uA7z+7n4u7t6PL8IOIg7+7t5eTl6/zt6OoNCsDt7eAgyOLg7e7i4DvK4Ofg7fw7y/7h6PIg9+DpIOgg7eUg6/7h6PIg6u705Q0K',
    'Пётр Семёнов',
  ],
  [
    'shift_jis',
    'joGWvCyJ747QlrwslPWNbA0KjbKToYnUjnEsjbKToY+kk1gsic6XapP6gsmTZJhigreC6Q0Kl+mW2IjqmFksl+mW2I1Ii8aKlI6uie+O0CyC3IK9gqiK6IKigrWC3IK3DQo=',
    '佐藤花子',
  ],
  [
    'gb18030',
    '0NXD+yy5q8u+LLG416INCs310KHD9yzQocP3uavLvizAz7/Nu6fQ6NKqw7/W3MGqz7XSu7TODQrA7sD2LLGxvqnDs9LX09DP3rmry74sx+vPwtbc1Nm08rXnu7C4+Mv9DQo=',
    '王小明',
  ],
]

async function* pieces(whole: Uint8Array, size: number) {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
}

async function textOf(whole: Uint8Array, size: number) {
  const { text, guess } = decodeText(pieces(whole, size))
  let all = ''
  for await (const piece of text) all += piece
  return { all, guess: guess() }
}

describe('a file', () => {
  it.each(TABLES)('in %s is read, as the report says', async (encoding, base64, name) => {
    const admin = await founder()
    const report = await imported(admin, bytes(base64))
    expect(report).toMatchObject({ encoding, created: 2 })
    expect((await customersOf(admin)).map((each) => each.name)).toContain(name)
  })

  it.each(TABLES)('in %s is read where the caller says so', async (encoding, base64, name) => {
    const admin = await founder()
    const report = await imported(admin, bytes(base64), { query: { encoding } })
    expect(report).toMatchObject({ encoding, created: 2, warnings: [] })
    expect((await customersOf(admin)).map((each) => each.name)).toContain(name)
  })

  it.each([
    ['utf-16le', Uint8Array.of(0xff, 0xfe, ...utf16('name\temail\nZoë\tzoe@x.de\n'))],
    ['utf-16be', Uint8Array.of(0xfe, 0xff, ...utf16('name\temail\nZoë\tzoe@x.de\n', true))],
    ['utf-16le', utf16('name\temail\nZoë\tzoe@x.de\n')],
    ['utf-16be', utf16('name\temail\nZoë\tzoe@x.de\n', true)],
    ['windows-1252', latin1('name,email\nZo\xeb,zoe@x.de\n')],
    ['utf-8', new TextEncoder().encode('\ufeffname,email\nZoë,zoe@x.de\n')],
  ])('in %s, with and without a mark, is the same table', async (encoding, file) => {
    const admin = await founder()
    expect(await imported(admin, file)).toMatchObject({ encoding, created: 1 })
    expect(await customersOf(admin)).toMatchObject([{ name: 'Zoë', email: 'zoe@x.de' }])
  })

  it('whose letters could be others is refused, with a line in each encoding; it is read once the caller says which', async () => {
    const admin = await founder()
    const file = latin1('name,email\nP\xf8ibyl \xbe,x@x.de\n')
    const problem = await refusalOf(importing(admin, file), 400, 'unsupported_encoding')
    expect(problem.detail).toContain('windows-1250: Přibyl ľ')
    expect(problem.detail).toContain('windows-1252: Pøibyl ¾')
    expect(await rows('SELECT 1 FROM imports WHERE workspace_id = ?', admin.workspaceId)).toEqual([])
    await imported(admin, file, { query: { encoding: 'windows-1250' } })
    expect(await customersOf(admin)).toMatchObject([{ name: 'Přibyl ľ' }])
  })

  it('is read alike however it is cut into pieces, also in the middle of a character', async () => {
    const text = `name\n${'plain ascii\n'.repeat(20)}Jörg 猫 👩\n`
    const utf8 = new TextEncoder().encode(text)
    const cp1252 = latin1(`name\n${'plain ascii\n'.repeat(20)}Jörg Müller\nÄnne Größe\n`)
    for (const size of [1, 2, 3, 7, 50, 10_000]) {
      expect(await textOf(utf8, size)).toEqual({ all: text, guess: { encoding: 'utf-8', isSure: true } })
      expect((await textOf(cp1252, size)).all).toContain('Jörg Müller\nÄnne Größe')
    }
  })

  it('that is UTF-8 and then is not, or not what the caller says, is refused', async () => {
    const admin = await founder()
    const broken = Uint8Array.of(...new TextEncoder().encode('name\nZoë\n'), 0xff, 0xfe, 10)
    await refusalOf(importing(admin, broken), 400, 'unsupported_encoding')
    const query = { encoding: 'shift_jis' }
    await refusalOf(importing(admin, Uint8Array.of(110, 10, 0xff, 0xff, 10), { query }), 400, 'unsupported_encoding')
    await refusalOf(importing(admin, 'name\nA\n', { query: { encoding: 'klingon' } }), 400, 'invalid')
  })
})
