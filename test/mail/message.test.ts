// The message that a mail server gets: its headers and its two parts, whatever people write.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeOf, messageText, quotedPrintable } from '../../src/mail/mail.message'

const mail = {
  from: 'Example CRM <crm@example.com>',
  to: 'grace@example.com',
  subject: 'Hello',
  text: 'Hello\n',
  html: '<p>Hello</p>\n',
  messageId: '<1@example.com>',
  date: new Date('2026-11-21T15:00:00Z'),
}
const headersOf = (fields: Partial<Parameters<typeof messageText>[0]>): Record<string, string | undefined> => {
  const [head = ''] = messageText({ ...mail, ...fields }).split('\r\n\r\n')
  const unfolded = head.replace(/\r\n /g, ' ').split('\r\n')
  return Object.fromEntries(unfolded.map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]))
}
const decoded = (words: string) =>
  words
    .split(' ')
    .map((word) => /^=\?utf-8\?B\?([\w+/=]*)\?=$/.exec(word)?.[1] ?? '')
    .map((base64) => new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))))
    .join('')

describe('the headers of a mail', () => {
  it('are those of RFC 5322', () => {
    expect(headersOf({})).toMatchObject({
      From: '"Example CRM" <crm@example.com>',
      To: 'grace@example.com',
      Subject: 'Hello',
      'Message-ID': '<1@example.com>',
      Date: 'Sat, 21 Nov 2026 15:00:00 +0000',
      'MIME-Version': '1.0',
    })
  })

  it('name the link that stops further mail and the address for an answer, only where there are such', () => {
    const stop = 'https://crm.example.com/v1/unsubscribe?token=1.2'
    expect(headersOf({ stop, replyTo: 'ada@example.com' })).toMatchObject({
      'Reply-To': 'ada@example.com',
      'List-Unsubscribe': `<${stop}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    })
    const names = Object.keys(headersOf({}))
    for (const name of ['Reply-To', 'List-Unsubscribe', 'List-Unsubscribe-Post']) expect(names).not.toContain(name)
  })

  it('hold any subject in encoded words of at most 75 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 61, maxLength: 300 }), (raw) => {
        const subject = raw
          .toWellFormed()
          .replace(/[\p{Cc}\s]+/gu, ' ')
          .trim()
        const written = headersOf({ subject }).Subject ?? ''
        if (!written.startsWith('=?')) return written === subject
        expect(written.split(' ').every((word) => word.length <= 75)).toBe(true)
        expect(decoded(written)).toBe(subject)
        return true
      }),
    )
  })

  it('hold a sender’s name with commas, quotes and umlauts', () => {
    expect(headersOf({ from: 'Example, "the" CRM <crm@example.com>' }).From).toBe(
      '"Example, \\"the\\" CRM" <crm@example.com>',
    )
    const [words = '', address] = (headersOf({ from: 'Müller & Söhne <crm@example.com>' }).From ?? '').split(' <')
    expect(decoded(words)).toBe('Müller & Söhne')
    expect(address).toBe('crm@example.com>')
    expect(headersOf({ from: 'crm@example.com' }).From).toBe('crm@example.com')
  })

  it('get no further header by a line break in a value', () => {
    const headers = headersOf({
      subject: 'A\r\nBcc: eve@example.com',
      from: 'A\r\nBcc: x <a@b.c>',
      to: 'a@b.c\nBcc: y',
      replyTo: 'a@b.c\r\nBcc: z',
      stop: 'https://example.com/\r\nBcc: w',
    })
    expect(Object.keys(headers)).not.toContain('Bcc')
  })

  it('and the envelope have a domain in other letters as mail servers know it', () => {
    expect(envelopeOf('CRM <crm@bücher.example>', 'grace@example.com')).toEqual({
      from: 'crm@xn--bcher-kva.example',
      to: ['grace@example.com'],
    })
  })
})

describe('the text of a mail', () => {
  const unquoted = (text: string) => {
    const joined = text.replace(/=\r\n/g, '')
    const bytes = [...joined.matchAll(/=([0-9A-F]{2})|([\s\S])/g)].map(([, hex, plain = '']) =>
      hex ? Number.parseInt(hex, 16) : plain.charCodeAt(0),
    )
    return new TextDecoder().decode(Uint8Array.from(bytes))
  }

  it('is ASCII in lines of at most 76 characters, without spaces at their ends, and reads as it was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (raw) => {
        const text = raw.toWellFormed()
        const written = quotedPrintable(text)
        expect(written).toMatch(/^(?:[\x20-\x7e\t]{0,76}(?:\r\n|$))*$/)
        expect(written).not.toMatch(/[ \t](?:\r\n|$)/)
        expect(unquoted(written)).toBe(text.replace(/\r\n|\r|\n/g, '\r\n'))
      }),
    )
  })

  it('keeps a line with only a dot', () => {
    expect(quotedPrintable('a\n.\nb')).toBe('a\r\n.\r\nb')
  })
})
