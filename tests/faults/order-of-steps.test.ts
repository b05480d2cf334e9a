/**
 * Durability as an order of calls: bytes are synced before they get a name, a name's folder before the row that speaks of it is
 * committed. Proved by listening to the file system while a box takes a backup, a checkpoint and a change of keys.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backUp } from '../../engine/index.ts'
import { actingOnTheBox } from '../../server/audit/audit.ts'
import { type FileStep, type RecordedFiles, recordFiles } from '../support/recorded-files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../support/upload-box.ts'

let recorded: RecordedFiles
let upload: UploadBox
let computer: TestComputer
let folder: ReturnType<typeof temporaryFolder>

beforeEach(async () => {
  recorded = await recordFiles()
  const reached = (path: string) => void recorded.steps.push({ kind: 'point', path })
  upload = await uploadBox({ uploads: { reached } })
  computer = await connectComputer(upload)
  folder = temporaryFolder()
  mkdirSync(join(folder.path, 'source'))
  for (let index = 0; index < 4; index += 1) writeFileSync(join(folder.path, 'source', `file ${index}`), randomBytes(400_000))
})
afterEach(async () => {
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
  await recorded[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const run = (more: { readonly checkpointEveryMs?: number } = {}) =>
  backUp({
    target: computer.target,
    secrets: computer.secrets,
    device: computer.device,
    job: 'documents',
    sources: [Buffer.from(join(folder.path, 'source'))],
    excludes: [],
    isExcluded: () => false,
    cacheFile: join(folder.path, 'cache'),
    compression: 'default',
    host: 'desk',
    platform: 'linux',
    agentVersion: '0.1.0',
    tags: [],
    now: Date.now,
    randomBytes,
    ...more,
  })

/** Steps within the repository; the computer's own files are another matter. */
function ofRepository(): readonly FileStep[] {
  return recorded.steps.filter(({ kind, path }) => kind === 'point' || path.startsWith(computer.place.folder))
}

function namings(below: string) {
  const steps = ofRepository()
  return steps.flatMap((step, at) => (step.kind === 'named' && step.path.includes(`/${below}/`) ? [{ ...step, at, steps }] : []))
}

function expectSyncedBeforeNamed(below: string): void {
  const found = namings(below)
  expect(found.length, below).toBeGreaterThan(0)
  for (const { from, at, steps } of found) {
    const before = steps.slice(0, at)
    const written = before.findLastIndex((step) => step.kind === 'written' && step.path === from)
    const synced = before.findLastIndex((step) => step.kind === 'synced' && step.path === from)
    expect(written, `${from} was written`).toBeGreaterThanOrEqual(0)
    expect(synced, `${from} was synced after it was written and before it got its name`).toBeGreaterThan(written)
  }
}

function expectFolderSyncedBefore(below: string, point: string): void {
  for (const { path, at, steps } of namings(below)) {
    const after = steps.slice(at)
    const folderSynced = after.findIndex((step) => step.kind === 'synced' && step.path === dirname(path))
    const next = after.findIndex((step) => step.kind === 'point' && step.path === point)
    expect(folderSynced, `the folder of ${path} was synced`).toBeGreaterThanOrEqual(0)
    expect(next, `${point} came`).toBeGreaterThan(folderSynced)
  }
}

describe('while a box takes a backup', () => {
  test('packs, their twins and the version are durable before their rows', async () => {
    await run()
    for (const below of ['packs', 'packs2', 'snapshots']) expectSyncedBeforeNamed(below)
    for (const below of ['packs', 'packs2']) expectFolderSyncedBefore(below, 'snapshot:written')
    expectFolderSyncedBefore('snapshots', 'snapshot:committed')
  })

  test('no row of a pack is committed before its file has its name and its folder is synced', async () => {
    await run()
    const steps = ofRepository()
    const commits = steps.flatMap((step, at) => (step.kind === 'point' && step.path === 'pack:before-commit' ? [at] : []))
    expect(commits.length).toBeGreaterThan(1)
    for (const [index, commit] of commits.entries()) {
      const before = steps.slice(0, commit)
      const named = before.filter((step) => step.kind === 'named' && step.path.includes('/packs/')).length
      const folders = before.filter((step) => step.kind === 'synced' && dirname(step.path) === computer.place.packsFolder).length
      expect(named).toBeGreaterThan(index)
      expect(folders).toBeGreaterThan(index)
    }
  })

  test('a tombstone is durable before the version that it ends is removed', async () => {
    await run({ checkpointEveryMs: 0 })
    const steps = ofRepository()
    const gone = steps.findIndex((step) => step.kind === 'named' && step.path.endsWith('.gone'))
    expect(gone).toBeGreaterThan(0)
    expectSyncedBeforeNamed('snapshots')
    const { path } = steps[gone]!
    const folderSynced = steps.findIndex((step, at) => at > gone && step.kind === 'synced' && step.path === dirname(path))
    const removed = steps.findIndex((step) => step.kind === 'unlinked' && step.path === path.slice(0, -'.gone'.length))
    expect(folderSynced).toBeGreaterThan(gone)
    expect(removed).toBeGreaterThan(folderSynced)
  })
})

describe('while keys are changed', () => {
  test('the number of the collector is durable before the slots, and each slot before it has its name', async () => {
    await upload.box.keyCare.rotateEpoch(upload.box.customer.customerId, actingOnTheBox)
    expectSyncedBeforeNamed('keys')
    const steps = ofRepository()
    const raised = steps.findIndex((step) => step.kind === 'named' && step.path.endsWith('/generation'))
    const slot = steps.findIndex((step) => step.kind === 'named' && step.path.includes('/keys/'))
    expect(raised).toBeGreaterThanOrEqual(0)
    expect(slot).toBeGreaterThan(raised)
    const folderSynced = steps.findIndex(
      (step, at) => at > raised && step.kind === 'synced' && step.path === computer.place.folder,
    )
    expect(folderSynced).toBeGreaterThan(raised)
    expect(slot).toBeGreaterThan(folderSynced)
  })
})
