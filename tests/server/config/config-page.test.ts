import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingsPage } from '../../../server/config-page.ts'

test('docs/operator/settings.md is what `node scripts/write-config-page.ts` makes', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/operator/settings.md'), 'utf8')
  expect(page.replaceAll('\r\n', '\n')).toBe(settingsPage())
})
