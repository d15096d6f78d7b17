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

/** The code of a UUID, or of the id of a workspace: its last 48 bits as three characters, as `codeOfColumn` computes it. */
export function codeOf(uuid: string): string {
  const groups = [uuid.slice(-12, -8), uuid.slice(-8, -4), uuid.slice(-4)]
  return String.fromCodePoint(...groups.map((hex) => 0x20000 + Number.parseInt(hex, 16)))
}

/** SQL for the `codeOf` of a column with a UUID, or NOBODY where it is null. */
export function codeOfColumn(column: string): string {
  const digit = (position: number) => `instr('123456789abcdef', substr(${column}, ${position}, 1))`
  const group = (at: number) =>
    `${0x20000} + ${digit(at)} * 4096 + ${digit(at + 1)} * 256 + ${digit(at + 2)} * 16 + ${digit(at + 3)}`
  return `CASE WHEN ${column} IS NULL THEN '${NOBODY}' ELSE char(${group(-12)}, ${group(-8)}, ${group(-4)}) END`
}

const FIRST_SIGN = 0x40000

/** The sign of a workspace within phone numbers: the last 18 bits of its id as one character. */
export function signOf(workspaceId: string): string {
  return String.fromCodePoint(FIRST_SIGN + (Number.parseInt(workspaceId.slice(-5), 16) % 2 ** 18))
}

/** SQL for the `signOf` of a column with the id of a workspace. */
export function signOfColumn(column: string): string {
  const digit = (position: number) => `instr('123456789abcdef', substr(${column}, ${position}, 1))`
  const code = `${digit(-5)} % 4 * 65536 + ${digit(-4)} * 4096 + ${digit(-3)} * 256 + ${digit(-2)} * 16 + ${digit(-1)}`
  return `char(${FIRST_SIGN} + ${code})`
}

export const STATUS_CODES = { NEW: '〇一䷃', CONTACTED: '〇二䷃', QUALIFIED: '〇三䷃', CLOSED: '〇四䷃' } as const
