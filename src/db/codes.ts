// One-token names for a trigram index. A match can then be narrowed to a workspace, an owner or a status inside the
// index: it streams the caller's own rows and reads nobody else's. Each code is three characters without case.

/** The owner of what nobody owns. */
export const NOBODY = '〇〇䷂'

/** Spells the last 48 bits of a UUID as three characters, the JavaScript twin of `codeOfColumn`. */
export function codeOf(uuid: string): string {
  const groups = [uuid.slice(24, 28), uuid.slice(28, 32), uuid.slice(32, 36)]
  return String.fromCodePoint(...groups.map((hex) => 0x20000 + Number.parseInt(hex, 16)))
}

/** SQL that gives `codeOf` of a column with a UUID, or NOBODY where it is null. */
export function codeOfColumn(column: string): string {
  const digit = (position: number) => `instr('123456789abcdef', substr(${column}, ${position}, 1))`
  const group = (at: number) =>
    `${0x20000} + ${digit(at)} * 4096 + ${digit(at + 1)} * 256 + ${digit(at + 2)} * 16 + ${digit(at + 3)}`
  return `CASE WHEN ${column} IS NULL THEN '${NOBODY}' ELSE char(${group(25)}, ${group(29)}, ${group(33)}) END`
}

export const STATUS_CODES = { NEW: '〇一䷃', CONTACTED: '〇二䷃', QUALIFIED: '〇三䷃', CLOSED: '〇四䷃' } as const
