// Which encoding a file is in: told by its first bytes, by what decodes at all, and else by how the letters follow each other.
import { AppError } from '../errors'
import { loadChardet } from '../late'
import type { EncodingName } from './unreadable'

/** Of encodings that share most letters, the one that more files are in stands first. */
const GUESSED: EncodingName[] = [
  ...(['windows-1252', 'windows-1250', 'windows-1251', 'shift_jis', 'gb18030', 'big5', 'euc-kr', 'euc-jp'] as const),
  ...([
    'windows-1254',
    'windows-1253',
    'windows-1257',
    'windows-1255',
    'windows-1256',
    'iso-8859-2',
    'koi8-r',
  ] as const),
  ...(['iso-8859-5', 'iso-8859-7', 'iso-8859-9', 'macintosh'] as const),
]

export type Guess = { encoding: EncodingName; isSure: boolean }
type Candidate = { encoding: EncodingName; text: string; confidence: number }

/** How far the best candidate must lead, in points of a hundred. */
const LEAD = 15
const SHOWN = 4
const LINE_CHARACTERS = 120

/** What a sample beyond ASCII is written in. Throws `unsupported_encoding` with the candidates, if that is not plain. */
export async function guessEncoding(sample: Uint8Array): Promise<Guess> {
  const { analyse } = await loadChardet()
  const confidences = new Map(analyse(sample).map(({ name, confidence }) => [name.toLowerCase(), confidence]))
  const candidates = GUESSED.flatMap((encoding): Candidate[] => {
    const text = decodedOrNothing(sample, encoding)
    if (text === undefined || !isPlausible(text)) return []
    return [{ encoding, text: beyondAscii(text), confidence: confidenceOf(encoding, confidences) }]
  })
  const [best, ...others] = candidates.toSorted((a, b) => b.confidence - a.confidence)
  if (!best) throw encodingError('It is in none of the encodings that are known', [])
  const rivals = others.filter(({ text }) => text !== best.text)
  const [rival] = rivals
  const first = candidates.find(({ text }) => text === best.text) ?? best
  if (!rival) return { encoding: first.encoding, isSure: true }
  if (best.confidence - rival.confidence >= LEAD) return { encoding: first.encoding, isSure: false }
  throw encodingError('Its encoding is not plain', [first, ...rivals])
}

// ISO-8859-1 of the library is Windows-1252 for everybody who writes it (Encoding Standard, 4.2).
function confidenceOf(encoding: EncodingName, confidences: ReadonlyMap<string, number>): number {
  const same: Partial<Record<EncodingName, string>> = {
    'windows-1252': 'iso-8859-1',
    'windows-1250': 'iso-8859-2',
    'windows-1253': 'iso-8859-7',
    'windows-1254': 'iso-8859-9',
    'windows-1255': 'iso-8859-8',
    'windows-1256': 'iso-8859-6',
  }
  return Math.max(confidences.get(encoding) ?? 0, confidences.get(same[encoding] ?? '') ?? 0)
}

function decodedOrNothing(sample: Uint8Array, encoding: EncodingName): string | undefined {
  try {
    // The sample may end in the middle of a character.
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: false }).decode(sample, { stream: true })
  } catch {
    return undefined
  }
}

const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Arabic}/u,
]

// No control characters, and no word in two scripts: “Mьller” is nobody’s name.
function isPlausible(text: string): boolean {
  if (/[\u0080-\u009f\ue000-\uf8ff\ufffd]/.test(text)) return false
  const words = text.match(/[\p{L}\p{M}]+/gu) ?? []
  const mixed = words.filter((word) => SCRIPTS.filter((script) => script.test(word)).length > 1)
  return mixed.length * 20 <= words.filter((word) => /\P{ASCII}/u.test(word)).length
}

function beyondAscii(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .filter((line) => /\P{ASCII}/u.test(line))
    .slice(0, 200)
    .join('\n')
}

function encodingError(what: string, candidates: readonly Candidate[]): AppError {
  const lines = candidates.slice(0, SHOWN).map(({ encoding, text }) => {
    return `${encoding}: ${(text.split('\n')[0] ?? '').slice(0, LINE_CHARACTERS).toWellFormed()}`
  })
  const detail = `${what}. Send encoding= with the right one, or save the file as UTF-8. ${lines.join(' | ')}`
  return new AppError('unsupported_encoding', { detail: detail.trim() })
}
