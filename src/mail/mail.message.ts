// A mail as an Internet message (RFC 5322) with a text and an HTML part, in ASCII: quoted-printable and encoded words.

/** Both addresses of a mail, without names. */
export type Envelope = { from: string; to: string[] }

/** An answer goes to `replyTo`, and `stop` is the link that stops further mail. */
type Message = {
  from: string
  to: string
  replyTo?: string
  stop?: string
  subject: string
  text: string
  html: string
  messageId: string
  date: Date
}

const CRLF = '\r\n'
const encoder = new TextEncoder()

/** The envelope of a mail from a sender such as `Example CRM <crm@example.com>`. */
export function envelopeOf(from: string, to: string): Envelope {
  return { from: mailboxOf(from).address, to: [to] }
}

/** The message with its headers. Line breaks in a value cannot begin another header. */
export function messageText({ from, to, replyTo, stop, subject, text, html, messageId, date }: Message): string {
  const boundary = `=_${crypto.randomUUID()}`
  const { name, address } = mailboxOf(from)
  const part = (type: string, content: string) => [
    `--${boundary}`,
    `Content-Type: text/${type}; charset=utf-8`,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    quotedPrintable(content),
  ]
  const lines = [
    `From: ${name === '' ? address : `${displayName(name)} <${address}>`}`,
    `To: ${oneLineOf(to)}`,
    ...(replyTo === undefined ? [] : [`Reply-To: ${oneLineOf(replyTo)}`]),
    `Subject: ${headerText(oneLineOf(subject))}`,
    `Message-ID: ${oneLineOf(messageId)}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    'Auto-Submitted: auto-generated',
    ...(stop === undefined ? [] : stopHeaders(stop)),
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    ...part('plain', text),
    ...part('html', html),
    `--${boundary}--`,
    '',
  ]
  return lines.join(CRLF)
}

// RFC 8058: a mail program stops it by one POST, without a page.
function stopHeaders(link: string): string[] {
  return [`List-Unsubscribe: <${oneLineOf(link)}>`, 'List-Unsubscribe-Post: List-Unsubscribe=One-Click']
}

// `Name <address>`, or an address alone. A domain in other letters than ASCII is written as servers know it.
function mailboxOf(sender: string): { name: string; address: string } {
  const [, name = '', inner = sender] = /^(.*?)<([^<>]*)>\s*$/su.exec(sender) ?? []
  const [, user = '', domain = ''] = /^(.*)@([^@]*)$/su.exec(oneLineOf(inner)) ?? []
  const host = /^[\x21-\x7e]*$/.test(domain) ? domain : new URL(`http://${domain}`).hostname
  const unquoted = oneLineOf(name)
    .replace(/^"(.*)"$/u, '$1')
    .replace(/\\(.)/gu, '$1')
  return { name: unquoted, address: `${user}@${host}` }
}

function oneLineOf(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

// A phrase of RFC 5322: quoted, for commas and dots would end it.
function displayName(name: string): string {
  return isPlain(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : encodedWords(name)
}

function headerText(text: string): string {
  return isPlain(text) ? text : encodedWords(text)
}

// Short ASCII stands as it is. What looks like an encoded word would be read as one.
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]{0,60}$/.test(text) && !text.includes('=?')
}

const WORD_BYTES = 45

// RFC 2047: words of at most 75 characters in base64, one a line, each with whole characters.
function encodedWords(text: string): string {
  const words = ['']
  for (const character of text) {
    const word = (words.at(-1) ?? '') + character
    if (encoder.encode(word).length <= WORD_BYTES) words[words.length - 1] = word
    else words.push(character)
  }
  return words.map((word) => `=?utf-8?B?${btoa(String.fromCharCode(...encoder.encode(word)))}?=`).join(`${CRLF} `)
}

const LINE_LENGTH = 76

/** Text as quoted-printable (RFC 2045, 6.7): ASCII lines of at most 76 characters. */
export function quotedPrintable(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(quotedLine)
    .join(CRLF)
}

function quotedLine(line: string): string {
  let all = ''
  let column = 0
  const bytes = encoder.encode(line)
  for (const [n, byte] of bytes.entries()) {
    const isSpaceAtEnd = (byte === 0x20 || byte === 0x09) && n === bytes.length - 1
    const isPrinted = ((byte >= 0x20 && byte <= 0x7e && byte !== 0x3d) || byte === 0x09) && !isSpaceAtEnd
    const written = isPrinted ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
    // The last place of a line belongs to the `=` of a soft line break.
    if (column + written.length >= LINE_LENGTH) {
      all += `=${CRLF}`
      column = 0
    }
    all += written
    column += written.length
  }
  return all
}
