import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  openServerSecret,
  serverSecretFile,
  serverSecretName,
  writeServerSecret,
} from '../../../server/recovery-kits/server-secret.ts'
import { systemRandomness as randomness } from '../../../server/runtime/randomness.ts'

function newPlace() {
  const dataFolder = mkdtempSync(join(tmpdir(), 'holdfast secret '))
  onTestFinished(() => rmSync(dataFolder, { recursive: true }))
  mkdirSync(join(dataFolder, 'keys'))
  return { dataFolder, masterKey: randomness.bytes(32), randomness }
}

test('the server’s secret is made once, sealed, for its owner alone', () => {
  const place = newPlace()
  const secret = openServerSecret(place)
  expect(secret).toHaveLength(32)
  expect(openServerSecret(place)).toEqual(secret)
  expect(statSync(serverSecretFile(place.dataFolder)).mode & 0o777).toBe(0o600)
  expect(readFileSync(serverSecretFile(place.dataFolder)).includes(secret)).toBe(false)
  expect(serverSecretName(secret)).not.toContain(secret.toString('hex').slice(0, 16))
})

test('it stays through a change of the master key, and opens under no other', () => {
  const place = newPlace()
  const secret = openServerSecret(place)
  const masterKey = randomness.bytes(32)
  expect(() => openServerSecret({ ...place, masterKey })).toThrow(expect.objectContaining({ fault: 'secret-damaged' }))
  writeServerSecret({ ...place, masterKey }, secret)
  expect(openServerSecret({ ...place, masterKey })).toEqual(secret)
})

test('a damaged one is told by its file, and never replaced', () => {
  const place = newPlace()
  openServerSecret(place)
  const file = serverSecretFile(place.dataFolder)
  const bytes = readFileSync(file)
  bytes[40] = bytes[40]! ^ 1
  writeFileSync(file, bytes)
  expect(() => openServerSecret(place)).toThrow(file)
  expect(readFileSync(file)).toEqual(bytes)
})
