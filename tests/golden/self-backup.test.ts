import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { formatRecoveryCode, recoveryKitBlock } from '../../engine/index.ts'
import { encodeBoxDocument, readBoxDocument } from '../../server/self-backups/box-document.ts'
import { restorePeople } from '../../server/self-backups/restore-newest.ts'
import { listSelfBackups, openSelfBackup } from '../../server/self-backups/self-backup-file.ts'
import { runDecoder } from '../interop/decoder-agrees.ts'
import { testDatabase } from '../support/test-database.ts'
import { goldenDocument, goldenSelfBackup, goldenServerSecret } from './golden-self-backup.ts'

const folder = join(import.meta.dirname, 'self-backup')
const zstdVersion = readFileSync(join(import.meta.dirname, 'format-1', 'zstd-version'), 'utf8').trim()

async function kept() {
  const [file] = await listSelfBackups(folder)
  if (file === undefined) throw new Error('there is no golden self-backup')
  return file
}

test.skipIf(process.versions.zstd !== zstdVersion)('is written today as it was written when format 1 was fixed', async () => {
  const { name, bytes } = goldenSelfBackup()
  expect(readdirSync(folder)).toEqual([name])
  expect(bytes.equals(readFileSync(join(folder, name)))).toBe(true)
})

test('is read today as it was meant', async () => {
  expect(readBoxDocument(await openSelfBackup(await kept(), goldenServerSecret))).toEqual(goldenDocument)
})

test('is read the same by the independent decoder, with the code and with the kit', async () => {
  const { path } = await kept()
  const home = mkdtempSync(join(tmpdir(), 'holdfast golden '))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const expected = JSON.parse(encodeBoxDocument(goldenDocument).toString()) as unknown
  const kit = recoveryKitBlock({ opens: 'server', boxId: goldenDocument.boxId, secret: goldenServerSecret })
  for (const text of [formatRecoveryCode(goldenServerSecret), kit]) {
    const key = join(home, 'key')
    writeFileSync(key, text)
    expect(JSON.parse(await runDecoder('self-backup', path, '--key', key))).toEqual(expected)
  }
})

test('fills an empty box of today, whatever its tables have become', async () => {
  await using database = await testDatabase()
  await restorePeople({ database, document: goldenDocument, nowMs: 1_800_000_000_000 })
  const { kysely } = database
  expect(await kysely.selectFrom('users').select(['email', 'staff_role']).execute()).toEqual([
    { email: 'Zoë@office.example', staff_role: 'administrator' },
  ])
  expect(await kysely.selectFrom('plans').select('name').execute()).toEqual([{ name: 'Gold' }])
  expect(await kysely.selectFrom('repositories').select('closure_epoch').execute()).toEqual([{ closure_epoch: 1_800_000_000 }])
  expect(await kysely.selectFrom('devices').select(['name', 'takes_any_instance']).execute()).toEqual([
    { name: 'ANN-PC', takes_any_instance: 1 },
  ])
})
