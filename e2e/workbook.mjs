// Workbooks as tests send and mend them: a ZIP of XML parts, no library needed.
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'

const u16 = n => Buffer.from([n & 255, n >> 8])
const u32 = n => { const b = Buffer.alloc(4); b.writeUInt32LE(n >>> 0); return b }

/** parts: name → text or bytes. */
export function pack(parts) {
  const files = [], central = []
  let at = 0
  for (const [name, content] of Object.entries(parts)) {
    const plain = Buffer.from(content), packed = deflateRawSync(plain), title = Buffer.from(name)
    const about = Buffer.concat([u16(20), u16(0x800), u16(8), u16(0), u16(0x21), u32(crc32(plain)), u32(packed.length), u32(plain.length), u16(title.length), u16(0)])
    files.push(Buffer.concat([u32(0x04034b50), about, title, packed]))
    central.push(Buffer.concat([u32(0x02014b50), u16(20), about, u16(0), u16(0), u16(0), u32(0), u32(at), title]))
    at += files.at(-1).length
  }
  const list = Buffer.concat(central)
  return Buffer.concat([...files, list, u32(0x06054b50), u16(0), u16(0), u16(central.length), u16(central.length), u32(list.length), u32(at), u16(0)])
}

/** The parts of a ZIP, name → bytes. */
export function unpack(zip) {
  const end = zip.lastIndexOf(u32(0x06054b50)), parts = {}
  for (let i = 0, at = zip.readUInt32LE(end + 16); i < zip.readUInt16LE(end + 10); i++) {
    const [method, size, title, extra, note, place] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)]
    const from = place + 30 + zip.readUInt16LE(place + 26) + zip.readUInt16LE(place + 28)
    const bytes = zip.subarray(from, from + size)
    parts[zip.toString('utf8', at + 46, at + 46 + title)] = method ? inflateRawSync(bytes) : bytes
    at += 46 + title + extra + note
  }
  return parts
}

const plain = s => String(s).replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** A workbook of one tab with rows of texts. */
export function workbook(rows) {
  const cell = (text, i, n) => `<c r="${String.fromCharCode(65 + i)}${n}" t="inlineStr"><is><t>${plain(text)}</t></is></c>`
  const sheet = rows.map((row, n) => `<row r="${n + 1}">${row.map((text, i) => cell(text, i, n + 1)).join('')}</row>`).join('')
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main', office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships', packing = 'http://schemas.openxmlformats.org/package/2006'
  const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
  return pack({
    '[Content_Types].xml': `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="${packing}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kind}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${kind}.styles+xml"/></Types>`,
    '_rels/.rels': `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="${packing}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="${packing}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="${main}"><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>`,
    'xl/worksheets/sheet1.xml': `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="${main}"><sheetData>${sheet}</sheetData></worksheet>`,
  })
}

/** Types other texts into cells of a workbook, wherever it keeps them. */
export function retype(zip, texts) {
  const parts = unpack(zip)
  for (const [name, bytes] of Object.entries(parts)) {
    if (!/^xl\/(sharedStrings|worksheets\/sheet\d+)\.xml$/.test(name)) continue
    let text = bytes.toString('utf8')
    for (const [from, to] of Object.entries(texts)) text = text.replaceAll(`>${from}<`, `>${to}<`)
    parts[name] = text
  }
  return pack(parts)
}

/** What the texts of a workbook's cells are, all in one. */
export const textsOf = zip => Object.entries(unpack(zip)).filter(([name]) => /sharedStrings|worksheets\/sheet|comments/.test(name)).map(([, bytes]) => bytes.toString('utf8').replace(/<[^>]+>/g, '|')).join('|')
