/** A recovery that ends at any of its steps, as by a power cut: called again it makes the same box, and until then nobody opens half of one. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Machine, openBox } from '../../../server/box.ts'
import { type Config, loadConfig } from '../../../server/config.ts'
import { formatDatabaseUrl } from '../../../server/database/database-address.ts'
import { recoverBox } from '../../../server/recovery/recover-box.ts'
import { findRecoveryMarker } from '../../../server/recovery/recovery-marker.ts'
import { openServerSecret } from '../../../server/recovery-kits/server-secret.ts'
import { systemClock } from '../../../server/runtime/clock.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { createSelfBackups } from '../../../server/self-backups/self-backups-service.ts'
import { type CrashPoint, crashPoints, nothingAtPoints } from '../../../server/storage-volumes/crash-points.ts'
import { createAuthority } from '../../../server/tls/certificates.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { helen } from '../../support/test-app.ts'
import { createTestDatabase } from '../../support/test-database.ts'
import { connectComputer, uploadBox } from '../../support/upload-box.ts'

let lost: Awaited<ReturnType<typeof uploadBox>>
let folder: string
let serverSecret: Buffer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast broken off '))
  lost = await uploadBox()
  const source = join(folder, 'Documents')
  mkdirSync(source)
  writeFileSync(join(source, 'letter'), 'first')
  writeFileSync(join(source, 'noise'), systemRandomness.bytes(700_000))
  await using computer = await connectComputer(lost)
  await backUpFolder(computer, source)
  serverSecret = openServerSecret({ ...lost.box, randomness: systemRandomness })
  await backUpItself()
})
afterAll(async () => {
  await lost?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** With an authority that is one: the box that comes back opens it. */
async function backUpItself(): Promise<void> {
  const { box } = lost
  const authority = await createAuthority({ name: 'Holdfast', nowMs: systemClock.now() })
  const selfBackups = createSelfBackups({
    ...{ ...box, serverSecret, authority, version: '0.1.0', boxId: newId('box', systemRandomness), randomness: systemRandomness },
    ...{ volumes: box.uploads.volumes, alarms: box.care.alarms, log: silentLog, reached: nothingAtPoints },
  })
  await selfBackups.run()
}

const machineOf = (reached: Machine['reached']): Machine => ({
  clock: systemClock,
  randomness: systemRandomness,
  searchPath: '',
  temporaryFolders: [tmpdir()],
  memoryBytes: 2 ** 30,
  isRoot: false,
  terminal: () => {},
  reached,
})

async function newConfig(name: string): Promise<Config> {
  const dataFolder = join(folder, name)
  const HOLDFAST_DATABASE_URL = formatDatabaseUrl(await createTestDatabase())
  return loadConfig({ HOLDFAST_DATA: dataFolder, HOLDFAST_DATABASE_URL }, { dataFolder })
}

const recover = (config: Config, reached: Machine['reached'] = () => {}) =>
  recoverBox({
    from: lost.box.dataFolder,
    serverSecret,
    config,
    machine: machineOf(reached),
    report: () => {},
    onTaken: () => {},
    signal: new AbortController().signal,
  })

/** Every file below the repositories that belongs to one, with its bytes. */
function filesOf(dataFolder: string): Readonly<Record<string, string>> {
  const repositories = join(dataFolder, 'repositories')
  const files = readdirSync(repositories, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const named = files
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(repositories.length + 1), path] as const)
  const own = named.filter(([name]) => /^[0-9a-f]{32}\/(?!tmp\/)/.test(name))
  return Object.fromEntries(own.map(([name, path]) => [name, readFileSync(path).toString('base64')]))
}

const points = crashPoints.filter((point) => point.startsWith('recover:') && point !== 'recover:ended')

describe('broken off', () => {
  test.each(points)('at %s, and called again', async (point) => {
    const config = await newConfig(point.replace(':', ' '))
    const powerCut = new Error('power cut')
    const cut = (reached: CrashPoint) => {
      if (reached === point) throw powerCut
    }
    await expect(recover(config, cut)).rejects.toBe(powerCut)
    expect(findRecoveryMarker(config.dataFolder)).toMatchObject({ from: lost.box.dataFolder })
    await expect(openBox({ config, machine: machineOf(() => {}), onTaken: () => {} })).rejects.toMatchObject({
      fault: 'unfinished',
    })
    const { box, people } = await recover(config)
    await using _box = box
    expect(people.copied).toMatchObject({ repositories: 1, damagedCount: 0 })
    expect(filesOf(config.dataFolder)).toEqual(filesOf(lost.box.dataFolder))
    expect(box.masterKey).toEqual(lost.box.masterKey)
    expect(await box.database.kysely.selectFrom('users').select('email').execute()).toEqual([{ email: helen.email }])
  })

  test('by whoever called it: at once, with the reason', async () => {
    const config = await newConfig('stopped')
    const stop = new AbortController()
    stop.abort(new Error('stopped'))
    const started = recoverBox({
      from: lost.box.dataFolder,
      serverSecret,
      config,
      machine: machineOf(() => {}),
      report: () => {},
      onTaken: () => {},
      signal: stop.signal,
    })
    await expect(started).rejects.toThrow('stopped')
    const { box } = await recover(config)
    await box[Symbol.asyncDispose]()
  })
})

test('a pack that is damaged in the copy comes along, and is named', async () => {
  const packs = Object.keys(filesOf(lost.box.dataFolder)).filter((name) => /\/packs\//.test(name))
  const path = join(lost.box.dataFolder, 'repositories', packs[0]!)
  const whole = readFileSync(path)
  truncateSync(path, whole.length - 1)
  const { box, people } = await recover(await newConfig('damaged'))
  await box[Symbol.asyncDispose]()
  writeFileSync(path, whole)
  expect(people.copied).toMatchObject({ damagedCount: 1, damaged: [`repositories/${packs[0]}`] })
})
