// vCard 4.0 as RFC 6350 has it: escaped, folded at 75 octets, and none of what is not there.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vcard } from '../../src/files/vcard-writer'

const usual = { id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f', name: 'Alice', createdAt: '2026-11-21T15:00:00.123Z' }

/** The properties of a card, unfolded, in order. */
const propertiesOf = (card: string) =>
  card
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])
const unescaped = (value = '') => value.replace(/\\(.)/g, (_, mark) => (mark === 'n' ? '\n' : mark))

describe('a vCard', () => {
  it('has a property for each thing that is known, and none for what is not', () => {
    const full = {
      ...usual,
      email: 'alice@example.com',
      phone: '020 7946 0958',
      company: 'Acme; Sons',
      jobTitle: 'Boss, Sales',
      tags: ['a,b', 'vip'],
    }
    expect(vcard({ ...full, customFields: { plan: 'gold' }, updatedAt: '2026-11-22T15:00:00.000Z' })).toBe(
      `${[
        ...['BEGIN:VCARD', 'VERSION:4.0', 'PRODID:-//Edge CRM//EN', `UID:urn:uuid:${usual.id}`, 'FN:Alice'],
        ...[
          'EMAIL:alice@example.com',
          'TEL:020 7946 0958',
          'ORG:Acme\\; Sons',
          'TITLE:Boss\\, Sales',
          'CATEGORIES:a\\,b,vip',
        ],
        ...['X-CUSTOM-FIELDS:{"plan":"gold"}', 'X-CREATED:20261121T150000Z', 'REV:20261122T150000Z'],
        'END:VCARD',
      ].join('\r\n')}\r\n`,
    )
    expect(propertiesOf(vcard({ ...usual, email: null, tags: [], customFields: {} })).map(([name]) => name)).toEqual([
      ...['BEGIN', 'VERSION', 'PRODID', 'UID', 'FN', 'X-CREATED', 'END', ''],
    ])
  })

  it('says any text in lines of 75 octets at most, none broken within a character', { tags: ['long'] }, () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('猫', '\\', ',', ';', '\n', 'x') }),
    )
    fc.assert(
      fc.property(text, text, (name, company) => {
        const [fn, org] = [name.toWellFormed().replace(/\r/g, ''), company.toWellFormed().replace(/\r/g, '')]
        const card = vcard({ ...usual, name: fn || 'x', company: org })
        const isTooLong = (line: string) => new TextEncoder().encode(line).length > 75 || !line.isWellFormed()
        expect(card.split('\r\n').filter(isTooLong)).toEqual([])
        const properties = Object.fromEntries(propertiesOf(card))
        expect(unescaped(properties.FN)).toBe(fn || 'x')
        expect(unescaped(properties.ORG)).toBe(org)
      }),
    )
  })
})
