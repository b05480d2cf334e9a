import { describe, expect, test } from 'vitest'
import { exportEntries } from '../../../server/customers/export/export-files.ts'
import { csvLine } from '../../../server/text/csv.ts'

async function* pages(count: number) {
  for (let page = 0; page < count; page += 1)
    yield Array.from({ length: 500 }, (_, index) => ({ id: page * 500 + index, name: '=1+1', long: 'x'.repeat(2000) }))
}

describe('an export', () => {
  const cells = ['=1+1', '+1', '-1', '@x', '\t=1', ' =1', '＝1', '"=1"']
  test.each(cells)('a text like %j is shown and not computed', (text) => {
    expect(csvLine([text])).toMatch(/^"?'/)
  })

  test('numbers stay numbers, quotes and line ends stay inside their cell', () => {
    expect(csvLine([-5, true, null, 'a"b', 'one\ntwo'])).toBe('-5,true,,"a""b","one\ntwo"\r\n')
  })

  test('a long table comes in parts, each whole, none larger than the bound', async () => {
    const rows: unknown[] = []
    const given = {
      folder: 'C-000001-export',
      texts: [],
      tables: [{ name: 'runs', pages: pages(12) }],
      madeAt: 0,
      timeZone: 'UTC',
    }
    for await (const entry of exportEntries(given)) {
      const parts: Uint8Array[] = []
      for await (const part of entry.content()) parts.push(part)
      const bytes = Buffer.concat(parts)
      expect(bytes.length).toBe(entry.sizeBytes)
      expect(bytes.length).toBeLessThan(4 * 1024 * 1024)
      if (entry.name.endsWith('.json')) rows.push(...(JSON.parse(bytes.toString()) as unknown[]))
    }
    expect(rows).toHaveLength(6000)
  })
})
