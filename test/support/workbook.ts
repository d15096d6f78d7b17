// Workbooks of Excel for a test: their XML, zipped as Excel zips it.

export type Cells = (string | number | boolean | { date: number } | { zeros: number } | { inline: string } | null)[]

const encoder = new TextEncoder()
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const letters = (column: number): string =>
  (column >= 26 ? letters(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26))

/** A zip archive of these files, deflated. */
export async function zipped(files: Record<string, string | Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const [name, text] of Object.entries(files)) {
    const plain = typeof text === 'string' ? encoder.encode(text) : text
    const packed = await new Blob([plain]).stream().pipeThrough(new CompressionStream('deflate-raw'))
    const body = await new Response(packed).bytes()
    const label = encoder.encode(name)
    const local = new DataView(new ArrayBuffer(30))
    const central = new DataView(new ArrayBuffer(46))
    local.setUint32(0, 0x04034b50, true)
    local.setUint16(8, 8, true)
    local.setUint16(26, label.length, true)
    central.setUint32(0, 0x02014b50, true)
    central.setUint16(10, 8, true)
    central.setUint32(20, body.length, true)
    central.setUint32(24, plain.length, true)
    central.setUint16(28, label.length, true)
    central.setUint32(42, at, true)
    parts.push(new Uint8Array(local.buffer), label, body)
    directory.push(new Uint8Array(central.buffer), label)
    at += 30 + label.length + body.length
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0)
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, Object.keys(files).length, true)
  end.setUint16(10, Object.keys(files).length, true)
  end.setUint32(12, size, true)
  end.setUint32(16, at, true)
  return new Blob([...parts, ...directory, new Uint8Array(end.buffer)]).bytes()
}

/** A workbook of sheets by name; `merges` are those of each sheet, such as `A2:A3`. The shared strings stand behind the sheets. */
export function workbook(
  sheets: Record<string, Cells[]>,
  { merges = [], hidden = [] }: { merges?: string[]; hidden?: string[] } = {},
) {
  const names = Object.keys(sheets)
  const strings: string[] = []
  const cell = (value: Cells[number], ref: string): string => {
    if (value === null) return ''
    if (typeof value === 'number') return `<c r="${ref}"><v>${value}</v></c>`
    if (typeof value === 'boolean') return `<c r="${ref}" t="b"><v>${value ? 1 : 0}</v></c>`
    if (typeof value === 'string') return `<c r="${ref}" t="s"><v>${strings.push(value) - 1}</v></c>`
    if ('date' in value) return `<c r="${ref}" s="1"><v>${value.date}</v></c>`
    if ('zeros' in value) return `<c r="${ref}" s="2"><v>${value.zeros}</v></c>`
    return `<c r="${ref}" t="inlineStr"><is><t>${escaped(value.inline)}</t></is></c>`
  }
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
  const space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
  const sheetOf = (rows: Cells[]) => {
    const lines = rows.map(
      (row, i) => `<row r="${i + 1}">${row.map((each, j) => cell(each, `${letters(j)}${i + 1}`)).join('')}</row>`,
    )
    const merged =
      merges.length > 0
        ? `<mergeCells count="${merges.length}">${merges.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`
        : ''
    return `${xml}<worksheet ${space}><sheetData>${lines.join('')}</sheetData>${merged}</worksheet>`
  }
  const files: Record<string, string> = {
    'xl/workbook.xml': `${xml}<workbook ${space} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>${names.map((name, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"${hidden.includes(name) ? ' state="hidden"' : ''}/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names.map((_, i) => `<Relationship Id="rId${i + 1}" Type="x" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}</Relationships>`,
  }
  for (const [i, name] of names.entries()) files[`xl/worksheets/sheet${i + 1}.xml`] = sheetOf(sheets[name] ?? [])
  files['xl/styles.xml'] =
    `${xml}<styleSheet ${space}><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="00000"/></numFmts><cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`
  files['xl/sharedStrings.xml'] =
    `${xml}<sst ${space}>${strings.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('')}</sst>`
  return zipped(files)
}
