// The trigram index (FTS5): phrases to ask it for, and codes by which a match is narrowed inside the index.

/** A trigram index finds no term shorter than this, in characters. */
const MIN_TERM = 3

/** Whether the index finds a folded text. */
export function isSearchable(folded: string): boolean {
  return [...folded].length >= MIN_TERM
}

/** An FTS5 phrase: the user's text stands in it as text, never as syntax. */
export function phrase(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

// A code is one term of the index: three characters without case. With the code of a workspace, an owner or a status a
// match reads the caller's own rows and no others.

/** The code of a record without an owner. */
export const NOBODY = '〇〇䷂'

/** The code of a UUID: its last 48 bits as three characters, as `codeOfColumn` computes it in SQL. */
export function codeOf(uuid: string): string {
  const groups = [uuid.slice(24, 28), uuid.slice(28, 32), uuid.slice(32, 36)]
  return String.fromCodePoint(...groups.map((hex) => 0x20000 + Number.parseInt(hex, 16)))
}

/** SQL for the `codeOf` of a column with a UUID, or NOBODY where it is null. */
export function codeOfColumn(column: string): string {
  const digit = (position: number) => `instr('123456789abcdef', substr(${column}, ${position}, 1))`
  const group = (at: number) =>
    `${0x20000} + ${digit(at)} * 4096 + ${digit(at + 1)} * 256 + ${digit(at + 2)} * 16 + ${digit(at + 3)}`
  return `CASE WHEN ${column} IS NULL THEN '${NOBODY}' ELSE char(${group(25)}, ${group(29)}, ${group(33)}) END`
}

// Three digits are one character of the index, which differs by workspace: a term of the index then stands for five digits
// of one workspace, or of few. Terms of three digits are in every number, and to look through all of them takes long.

const DIGITS = '0123456789x'
/** Workspaces are told apart by so many sets of characters; together they are all characters past U+FFFF. */
const BUCKETS = 787
const FIRST_GRAM = 0x10000
/** Fewer digits are looked for as they are. */
const MIN_GRAMMED = MIN_TERM + 2

/** Digits as the index has them, beside the digits themselves where they are few. `x` stands before an extension. */
export function indexedDigits(digits: string, workspaceId: string): string {
  if (!/^[0-9x]+$/.test(digits) || digits.length < MIN_GRAMMED) return digits
  const first = FIRST_GRAM + (Number.parseInt(workspaceId.slice(32), 16) % BUCKETS) * DIGITS.length ** 3
  const values = [...digits].map((digit) => DIGITS.indexOf(digit))
  const grams = values
    .slice(2)
    .map((c, i) => ((values[i] ?? 0) * DIGITS.length + (values[i + 1] ?? 0)) * DIGITS.length + c)
  return String.fromCodePoint(...grams.map((gram) => first + gram))
}

/** SQL for the character that stands for three digits of value 0 in the workspace of a column. */
export function firstGramOfColumn(column: string): string {
  const digit = (position: number) => `instr('123456789abcdef', substr(${column}, ${position}, 1))`
  const code = `${digit(33)} * 4096 + ${digit(34)} * 256 + ${digit(35)} * 16 + ${digit(36)}`
  return `${FIRST_GRAM} + (${code}) % ${BUCKETS} * ${DIGITS.length ** 3}`
}

export const STATUS_CODES = { NEW: '〇一䷃', CONTACTED: '〇二䷃', QUALIFIED: '〇三䷃', CLOSED: '〇四䷃' } as const
