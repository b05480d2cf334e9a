/** Retention, prune and backups together, on real files. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noRules } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { type PruneBox, pruneBox } from '../../support/prune-box.ts'
import { applyNow, dayMs, hourMs } from './versions.ts'

let at: PruneBox
let folder: string
const box = () => at.upload.box

beforeEach(async () => {
  at = await pruneBox()
  folder = mkdtempSync(join(tmpdir(), 'holdfast-story-'))
  mkdirSync(join(folder, 'files'))
})
afterEach(async () => {
  await at[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const files = () => join(folder, 'files')
const write = (name: string, bytes = randomBytes(40_000)) => writeFileSync(join(files(), name), bytes)
const backUp = () => backUpFolder(at.computer, files())
const versions = () =>
  box().devicesSide.snapshots.listOfDevice({ deviceId: at.computer.identity.deviceId, beforeSeq: undefined, limit: 1000 })
const getDevice = async () => (await box().devicesSide.devices.find(at.computer.identity.deviceId))!

/** Bytes of a file in the newest version, as a page would give them. */
async function readBack(name: string): Promise<Buffer> {
  const [version] = await versions()
  const reader = await box().devicesSide.openVersionReader(version!)
  const path = [...files().split('/').slice(1), name].map((part) => Buffer.from(part))
  const entry = await reader.stat(path)
  if (entry?.type !== 'file') throw new Error(`${name} is not in the newest version`)
  return Buffer.concat(await Array.fromAsync(entry.read({ start: 0, end: entry.sizeBytes })))
}

/** Nights far apart, so that every wait of rules, bin and trash is over after five of them: rules, then the collector. */
async function nights(count = 5): Promise<void> {
  for (let night = 0; night < count; night += 1) {
    await at.pass(8 * dayMs)
    await applyNow(box())
    await at.prune({ allowance: { freedBytes: Number.MAX_SAFE_INTEGER, holes: 0 } })
  }
}

describe('the parent version purged, then a monthly job', () => {
  test('the backup believes nothing it remembers: everything is sent again, and restores', async () => {
    write('ledger')
    write('letters')
    await backUp()
    const [parent] = await versions()
    await box().retention.remove(parent!, actingOnTheBox)
    await nights()
    expect(await versions()).toEqual([])
    expect(await at.states()).toEqual({ purged: 2 })

    // A month later the computer still has its cache, which says that both files are stored.
    write('ledger', randomBytes(41_000))
    const result = await backUp()
    expect(result.verdict).toBe('ok')
    for (const name of ['ledger', 'letters']) expect(await readBack(name)).toEqual(readFileSync(join(files(), name)))
  })

  test('by rules alone the newest version stays, however long the job is silent', async () => {
    write('ledger')
    await backUp()
    write('letters')
    await backUp()
    await box().retention.setRules(await getDevice(), noRules, actingOnTheBox)
    await nights()
    expect((await versions()).length).toBe(1)
    const before = await at.states()
    const again = await backUp()
    expect(again.verdict).toBe('ok')
    expect((await at.states()).stored).toBeLessThanOrEqual((before.stored ?? 0) + 1)
    expect(await readBack('letters')).toEqual(readFileSync(join(files(), 'letters')))
  })
})

describe('what a preview promised', () => {
  test('is what prune frees; what lies loose may have come free as well', async () => {
    write('stays')
    for (let day = 0; day < 4; day += 1) {
      write('changes', randomBytes(30_000 + day))
      await backUp()
      await at.pass(10 * dayMs)
    }
    const rules = { ...noRules, keepLast: 1 }
    const { going, freed } = await box().retention.preview(await getDevice(), rules, new AbortController().signal)
    expect(going.length).toBe(3)
    await box().retention.setRules(await getDevice(), rules, actingOnTheBox)
    const packsOnDisk = async () => {
      const rows = await box().database.kysely.selectFrom('packs').select(['kind', 'size_bytes', 'state']).execute()
      return rows
        .filter(({ state }) => state <= 1)
        .reduce((sum, { kind, size_bytes }) => sum + size_bytes * (kind === 1 ? 2 : 1), 0)
    }
    const before = await packsOnDisk()
    await nights()
    // A pack of which a part stays counts as loose, and may have been written anew by now.
    const freedBytes = before - (await packsOnDisk())
    expect(freedBytes).toBeGreaterThanOrEqual(freed!.freedBytes)
    expect(freedBytes).toBeLessThanOrEqual(freed!.freedBytes + freed!.looseBytes + 4096)
    expect(await readBack('stays')).toEqual(readFileSync(join(files(), 'stays')))
  })
})

test('backups for a week: the disk returns to what the kept versions need, and a tenth', async () => {
  await box().retention.setRules(await getDevice(), { ...noRules, daily: 3 }, actingOnTheBox)
  write('large', randomBytes(400_000))
  for (let run = 0; run < 14; run += 1) {
    write('changes', randomBytes(60_000))
    await backUp()
    await at.pass(12 * hourMs)
  }
  await nights()
  const kept = await versions()
  expect(kept.length).toBe(3)
  const needed = 400_000 + kept.length * 60_000
  const stored = async () => {
    const rows = await box().database.kysely.selectFrom('packs').select(['kind', 'size_bytes', 'state']).execute()
    return rows.filter(({ kind, state }) => kind === 0 && state <= 1).reduce((sum, { size_bytes }) => sum + size_bytes, 0)
  }
  expect(await stored()).toBeLessThan(needed * 1.1)
  expect(await readBack('large')).toEqual(readFileSync(join(files(), 'large')))
})
