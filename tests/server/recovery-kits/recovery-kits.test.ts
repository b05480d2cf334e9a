import { describe, expect, test } from 'vitest'
import { formatRecoveryCode, readRecoveryKit } from '../../../engine/index.ts'
import { kitStanding } from '../../../server/recovery-kits/kit-reminders.ts'
import { qrModules, qrPath } from '../../../server/recovery-kits/qr-modules.ts'
import { kitFormats, type RecoveryKit, repositoriesOnSheetMax } from '../../../server/recovery-kits/recovery-kit.ts'
import { renderKit } from '../../../server/recovery-kits/render-kit.ts'

const secret = Buffer.alloc(32, 0xa7)
const uid = Buffer.alloc(16, 0x5c)
const facts = { secret, addresses: ['https://box.office.example:8080'], printedAtMs: Date.UTC(2026, 2, 14, 18, 2) }
const customer: RecoveryKit = {
  ...facts,
  opens: 'customer',
  customer: { name: 'Müller & Söhne <GmbH> 株式会社', number: 'C-000007' },
  uid,
}
const repositories = Array.from({ length: repositoriesOnSheetMax }, (_, index) => ({ customer: `C-00000${index}`, uid }))
const server: RecoveryKit = { ...facts, opens: 'server', boxId: 'box_abc', repositories, repositoriesCount: 40 }
const textOf = async (kit: RecoveryKit, format: 'txt' | 'html') => (await renderKit(kit, format)).bytes.toString()

describe('a kit as a file', () => {
  test.each(['txt', 'html'] as const)('%s is the key as it stands', async (format) => {
    expect(readRecoveryKit(await textOf(customer, format))).toEqual({ kind: 'kit', opens: 'customer', uid, secret })
    expect(readRecoveryKit(await textOf(server, format))).toEqual({ kind: 'kit', opens: 'server', secret })
  })

  test.each(['txt', 'html'] as const)('%s says whose it is, where the box is, what it opens and what to do', async (format) => {
    const text = await textOf(customer, format)
    for (const said of [
      'C-000007',
      'https://box.office.example:8080',
      uid.toString('hex'),
      '2026-03-14 18:02 UTC',
      'restore latest --from',
      'decoder.py',
    ])
      expect(text).toContain(said)
    for (const group of formatRecoveryCode(secret).split('-')) expect(text).toContain(group)
    const other = await textOf(server, format)
    for (const said of ['box_abc', 'bin/holdfast recover FOLDER', 'C-000003', 'and 28 more']) expect(other).toContain(said)
  })

  test('txt has at most 78 columns', async () => {
    for (const kit of [customer, server])
      for (const line of (await textOf(kit, 'txt')).split('\n')) expect(line.length, line).toBeLessThanOrEqual(78)
  })

  test('html needs nothing else, runs nothing, and escapes what people are called', async () => {
    const page = await textOf(customer, 'html')
    expect(page).not.toMatch(/<script|src=|href=|url\(|@import|<GmbH>/)
    expect(page).toContain('Müller &amp; Söhne &lt;GmbH&gt; 株式会社')
  })

  test('pdf is one, and is told from a key', async () => {
    for (const kit of [customer, server]) {
      const { bytes, mediaType, fileName } = await renderKit(kit, 'pdf')
      expect(bytes.subarray(0, 5).toString()).toBe('%PDF-')
      expect(bytes.toString('latin1').match(/\/Type \/Page\b/g)!.length).toBeLessThanOrEqual(2)
      expect([mediaType, fileName.endsWith('.pdf')]).toEqual(['application/pdf', true])
      expect(readRecoveryKit(bytes.toString('utf8'))).toEqual({ kind: 'no-code', isPdf: true })
    }
  })

  test.each(kitFormats)('the name of %s says nothing secret', async (format) => {
    expect((await renderKit(customer, format)).fileName).toBe(`holdfast-recovery-kit-C-000007.${format}`)
  })
})

test('the squares of a code are drawn each once', () => {
  const modules = qrModules('holdfast')
  let dark = 0
  for (let row = 0; row < modules.size; row += 1)
    for (let column = 0; column < modules.size; column += 1) dark += modules.isDark(row, column) ? 1 : 0
  const drawn = [...qrPath(modules).matchAll(/h(\d+)v1/g)].reduce((sum, [, width]) => sum + Number(width), 0)
  expect(drawn).toBe(dark)
})

const day = 86_400_000
test.each([
  { title: 'a new box is left in peace', printedAtMs: undefined, sinceMs: 0, nowMs: 6 * day, expected: 'fresh' },
  { title: 'after a week it is asked for', printedAtMs: undefined, sinceMs: 0, nowMs: 7 * day, expected: 'never' },
  { title: 'printed', printedAtMs: 0, sinceMs: 0, nowMs: 364 * day, expected: 'fresh' },
  { title: 'a year ago', printedAtMs: 0, sinceMs: 0, nowMs: 365 * day, expected: 'old' },
])('when a kit is asked for: $title', ({ expected, ...kit }) => {
  expect(kitStanding(kit)).toBe(expected)
})
