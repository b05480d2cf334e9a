/** Names and notes of versions: a sealed file, then the row; the file wins, whatever was between the two. */
import { existsSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deriveKeys, readNoteFile } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { snapshotName } from '../../../server/commits/snapshot-files.ts'
import { publicSnapshotId, type Snapshot } from '../../../server/snapshots/snapshot.ts'
import type { CrashPoint } from '../../../server/storage-volumes/crash-points.ts'
import { type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree } from '../../support/version-writer.ts'
import { applyFor, dayMs, filesOf, makeVersion, type Office, officeIn, pass, setRules } from '../retention/versions.ts'

class Killed extends Error {}

let upload: UploadBox
let at: Office
let killAt: CrashPoint | undefined
const box = () => upload.box
const notes = () => box().versionNotes
const secret = 'before the big tidy-up'
const words = { name: secret, note: 'Everything as it was.\nThe old layout, too.' }

beforeAll(async () => {
  const reached = (point: CrashPoint) => {
    if (point === killAt) throw new Killed(point)
  }
  upload = await uploadBox({ uploads: { reached } })
})
afterAll(() => upload[Symbol.asyncDispose]())
beforeEach(async () => {
  killAt = undefined
  at = await officeIn(upload)
})
afterEach(() => at[Symbol.asyncDispose]())

const fileOf = (version: Snapshot) => `${at.computer.place.snapshotFile(snapshotName(version))}.note`
const said = async (version: Snapshot) => {
  const note = await notes().find(version.id)
  return note && { name: note.name, note: note.note }
}
const inFile = (version: Snapshot) => {
  const { name, note } = readNoteFile(readFileSync(fileOf(version)), deriveKeys(at.computer.secrets), version.snapshotId)
  return { name, note }
}
const write = (version: Snapshot, given: { readonly name: string; readonly note: string }) =>
  notes().write(version, given, actingOnTheBox)
/** What a start does. */
const startAgain = async () => {
  killAt = undefined
  await box().uploads.adopt()
  await box().retention.reconcile()
}

describe('what people write about a version', () => {
  test('is sealed in a file beside it, repeated in a row, changed, and cleared', async () => {
    const version = await makeVersion(at)
    await write(version, { name: `  ${words.name} `, note: words.note.replace('\n', '\r\n') })
    expect(await said(version)).toEqual(words)
    expect(inFile(version)).toEqual(words)
    expect(readFileSync(fileOf(version)).includes(secret)).toBe(false)
    expect(filesOf(at)).toEqual(['1 version .note'])

    await write(version, { name: 'Umzug 🚚', note: '' })
    expect(await said(version)).toEqual({ name: 'Umzug 🚚', note: '' })
    expect(inFile(version)).toEqual({ name: 'Umzug 🚚', note: '' })

    await write(version, { name: ' ', note: '\n' })
    expect(await said(version)).toBeUndefined()
    expect(filesOf(at)).toEqual(['1 version'])
  })

  test('is told to the audit log without the words', async () => {
    const version = await makeVersion(at)
    await write(version, words)
    await write(version, { name: '', note: '' })
    const rows = await box().database.kysely.selectFrom('audit').selectAll().where('object_id', '=', version.id).execute()
    expect(rows.map(({ action }) => action)).toEqual(['version.noted', 'version.note-cleared'])
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test.each([
    { title: 'a name of two lines', given: { name: 'one\ntwo', note: '' }, fault: 'bad-name' },
    { title: 'a name that is too long', given: { name: 'n'.repeat(101), note: '' }, fault: 'bad-name' },
    { title: 'a name that reads backwards', given: { name: 'a\u202eb', note: '' }, fault: 'bad-name' },
    { title: 'a note that is too long', given: { name: '', note: 'n'.repeat(2001) }, fault: 'bad-note' },
    { title: 'a note with a bell', given: { name: '', note: 'ding\u0007' }, fault: 'bad-note' },
  ])('$title is refused', async ({ given, fault }) => {
    const version = await makeVersion(at)
    await expect(write(version, given)).rejects.toMatchObject({ fault })
    expect(filesOf(at)).toEqual(['1 version'])
  })

  test('the longest of both fit, whatever they are made of', async () => {
    const version = await makeVersion(at)
    const longest = { name: '🚚'.repeat(100), note: '\\'.repeat(2000) }
    await write(version, longest)
    expect(await said(version)).toEqual(longest)
    expect(inFile(version)).toEqual(longest)
  })

  test('goes with the version', async () => {
    await setRules(at, { keepLast: 1 })
    const version = await makeVersion(at)
    await write(version, words)
    await pass(box(), 10 * dayMs)
    await makeVersion(at)
    await pass(box(), 10 * dayMs)
    await applyFor(at)
    expect(filesOf(at)).toEqual(['1 version .bin .note', '2 version'])
    await pass(box(), 7 * dayMs)
    expect(await applyFor(at)).toMatchObject({ forgotten: 1 })
    expect(filesOf(at)).toEqual(['1 .gone', '2 version'])
    expect(await said(version)).toBeUndefined()
    await expect(write(version, words)).rejects.toMatchObject({ fault: 'not-found' })
  })

  test('an unfinished backup takes none', async () => {
    const { computer, writer } = at
    const session = await computer.target.openSession({ job: 'documents', parent: undefined })
    const body = { isCheckpoint: true, verdict: 'partial' } as const
    const answer = await commitTree(session, writer, { root: writer.tree([]), device: computer.device, body })
    if (answer.kind !== 'committed') expect.fail(answer.kind)
    const checkpoint = await box().devicesSide.snapshots.find(publicSnapshotId(answer.id))
    await expect(write(checkpoint!, words)).rejects.toMatchObject({ fault: 'checkpoint' })
  })
})

describe('the box killed', () => {
  const points = [
    'mark:written',
    'mark:synced',
    'mark:renamed',
    'mark:folder-synced',
    'mark:before-commit',
    'mark:committed',
  ] as const

  test.each(points)('at %s of a change: the old words or the new ones, in file and row the same', async (point) => {
    const version = await makeVersion(at)
    await write(version, words)
    killAt = point
    await expect(write(version, { name: 'new', note: 'new' })).rejects.toThrow(Killed)
    await startAgain()
    const isNew = !['mark:written', 'mark:synced'].includes(point)
    expect(inFile(version)).toEqual(isNew ? { name: 'new', note: 'new' } : words)
    expect(await said(version)).toEqual(inFile(version))
    await write(version, { name: 'again', note: '' })
    expect(await said(version)).toEqual({ name: 'again', note: '' })
  })

  test.each(['mark:unlinked', 'mark:unlink-synced', 'mark:before-commit', 'mark:committed'] as const)(
    'at %s of a clearing: they are gone',
    async (point) => {
      const version = await makeVersion(at)
      await write(version, words)
      killAt = point
      await expect(write(version, { name: '', note: '' })).rejects.toThrow(Killed)
      await startAgain()
      expect(existsSync(fileOf(version))).toBe(false)
      expect(await said(version)).toBeUndefined()
    },
  )
})

describe('where files and rows differ', () => {
  test('the file wins: added, changed and removed by somebody else', async () => {
    const [first, second, third] = [await makeVersion(at), await makeVersion(at), await makeVersion(at)]
    for (const version of [first, second, third]) await write(version, { name: `version ${version.seq}`, note: '' })
    await box().database.kysely.deleteFrom('version_notes').where('snapshot', '=', first.id).execute()
    unlinkSync(fileOf(second))
    await box()
      .database.kysely.updateTable('version_notes')
      .set({ name: 'an older one', file_hash: Buffer.alloc(32) })
      .where('snapshot', '=', third.id)
      .execute()
    await box().retention.reconcile()
    expect(await said(first)).toEqual({ name: 'version 1', note: '' })
    expect(await said(second)).toBeUndefined()
    expect(await said(third)).toEqual({ name: 'version 3', note: '' })
  })

  test('a damaged file is written again from its row; without a row it says nothing', async () => {
    const [first, second] = [await makeVersion(at), await makeVersion(at)]
    for (const version of [first, second]) await write(version, words)
    await box().database.kysely.deleteFrom('version_notes').where('snapshot', '=', second.id).execute()
    for (const version of [first, second]) {
      const bytes = readFileSync(fileOf(version))
      writeFileSync(fileOf(version), bytes.with(200, bytes[200]! ^ 1))
    }
    await box().retention.reconcile()
    expect(inFile(first)).toEqual(words)
    expect(await said(first)).toEqual(words)
    expect(await said(second)).toBeUndefined()
  })

  test('a note that was put beside another version is nobody’s', async () => {
    const [first, second] = [await makeVersion(at), await makeVersion(at)]
    await write(first, words)
    renameSync(fileOf(first), fileOf(second))
    await box().retention.reconcile()
    expect(await said(first)).toBeUndefined()
    expect(await said(second)).toBeUndefined()
  })

  test('a disk that is not there says nothing', async () => {
    const version = await makeVersion(at)
    await write(version, words)
    const folder = at.computer.place.snapshotsFolder
    renameSync(folder, `${folder}.away`)
    await box().retention.reconcile()
    renameSync(`${folder}.away`, folder)
    expect(await said(version)).toEqual(words)
  })
})
