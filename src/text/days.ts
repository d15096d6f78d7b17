// Days as spreadsheets and other systems write them: 2026-11-30, 30.11.2026, 11/30/2026 2:30 PM, and as serial numbers.

/** Countries that write the month first (Unicode CLDR, short dates). */
const MONTH_FIRST = new Set(['US', 'PH', 'FM', 'MH', 'PW', 'GU', 'AS', 'VI', 'PR', 'CA'])
const DAY_MS = 86_400_000
/** Days of Excel begin at 1899-12-30 (ECMA-376, 18.17.4.1). */
const EXCEL_ZERO = Date.UTC(1899, 11, 30)

const pad = (value: number | string) => String(value).padStart(2, '0')

/** The local day and time, such as `2026-11-30T14:30:00`; undefined, where the text is neither a day nor a serial number. */
export function readDay(text: string, country: string | null): string | undefined {
  const [, iso, isoTime] =
    /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?:[ T](\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[ap]m)?))?$/i.exec(text) ?? []
  if (iso !== undefined) {
    const [year = '', month = '', day = ''] = iso.split(/[-/.]/)
    return dayAt(Number(year), Number(month), Number(day), isoTime)
  }
  const [, a = '', mark, b = '', year = '', time] =
    /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d),?(?: +(\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?))?$/i.exec(text) ?? []
  if (mark !== undefined) {
    const isMonthFirst = Number(b) > 12 || (mark === '/' && Number(a) <= 12 && MONTH_FIRST.has(country ?? ''))
    const [month, day] = isMonthFirst ? [a, b] : [b, a]
    return dayAt(year.length === 2 ? 2000 + Number(year) : Number(year), Number(month), Number(day), time)
  }
  const serial = /^\d{5}(?:[.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : 0
  return serial >= 20_000 ? serialDay(serial) : undefined
}

/** The local day and time of a serial number of Excel. */
export function serialDay(serial: number): string {
  // Excel keeps instants to about a millisecond, so the seconds are rounded.
  return new Date(Math.round((EXCEL_ZERO + serial * DAY_MS) / 1_000) * 1_000).toISOString().slice(0, 19)
}

function dayAt(year: number, month: number, day: number, time?: string): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const [, hour = '0', minute = '00', second = '00', half] =
    /^(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?(?: ?([ap]m))?$/i.exec(time ?? '0:00') ?? []
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  return hours > 23 ? undefined : `${year}-${pad(month)}-${pad(day)}T${pad(hours)}:${minute}:${second}`
}
