import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readGoneFile } from '../../engine/format/gone-file.ts'
import {
  formatRecoveryCode,
  openFileRepository,
  openLocalStorage,
  openRecord,
  openRepository,
  openVersion,
  plaintextSource,
  readNoteFile,
  readSnapshotBody,
  readSnapshotFile,
  type Storage,
} from '../../engine/index.ts'
import { codecs } from '../../engine/model/record-type.ts'
import { runDecoder } from '../interop/decoder-agrees.ts'
import {
  goldenDeviceKey,
  goldenFiles,
  goldenKeys,
  goldenMasterKey,
  goldenNote,
  goldenRecoverySecret,
  goldenSecrets,
  zstdVersionFile,
} from './golden-files.ts'

const folder = join(import.meta.dirname, 'format-1')
const kept = new Map(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(folder, path), readFileSync(path)]),
)
const repositoryStorage = (): Promise<Storage> => openLocalStorage(join(folder, 'repository'))
const isSameZstd = kept.get(zstdVersionFile)?.toString().trim() === process.versions.zstd

describe('what is written today is what was written when format 1 was fixed', () => {
  const written = goldenFiles()

  test('to the byte', () => {
    const exact = (files: ReadonlyMap<string, Buffer>) =>
      [...files].filter(([name]) => isSameZstd || !isCompressed(name)).map(([name, bytes]) => [name, bytes.toString('base64')])
    const { [zstdVersionFile]: _, ...expected } = Object.fromEntries(exact(kept))
    expect(Object.fromEntries(exact(written))).toEqual(expected)
    expect(Object.keys(expected).length).toBeGreaterThan(8)
  })

  test.each([...written.keys()].filter((name) => name.startsWith('records/') && name !== 'records/gone'))(
    '%s, opened',
    (name) => {
      const [now, then] = [written.get(name)!, kept.get(name)!].map((bytes) => openRecord(bytes, goldenKeys))
      expect(now).toMatchObject({ refs: then!.refs, plaintext: then!.plaintext })
      expect(now!.header.chunkId).toEqual(then!.header.chunkId)
      expect(then!.header.codec).toBe(isCompressed(name) ? codecs.zstd : codecs.none)
    },
  )
})

describe('the golden repository', () => {
  test.each([
    { kind: 'managed', masterKey: goldenMasterKey },
    { kind: 'recovery', secret: goldenRecoverySecret },
    { kind: 'device', key: goldenDeviceKey },
  ] as const)('opens with its $kind key', async (unlock) => {
    expect((await openRepository(await repositoryStorage(), unlock)).secrets).toEqual(goldenSecrets)
  })

  test('gives back what was put into it', async () => {
    const repository = await openFileRepository({ storage: await repositoryStorage(), secrets: goldenSecrets, now: () => 0 })
    const [snapshot, ...others] = await Array.fromAsync(repository.listSnapshots())
    expect(others).toEqual([])
    expect(snapshot!.envelope).toMatchObject({
      seq: 7,
      device: 'dev_golden',
      serverTimeMs: 1_700_000_002_000,
      previous: undefined,
    })
    const file = readSnapshotFile(await repository.readSnapshot(snapshot!.id))
    const said = readSnapshotBody(openRecord(file.record, goldenKeys, file.envelopeBytes).plaintext)
    expect(said).toMatchObject({ job: 'documents', verdict: 'partial', host: 'büro-pc', counts: { files: 6 } })
    expect(said.skipped[0]?.path).toEqual(Buffer.from('/ca\xf1on', 'latin1'))
    expect(readGoneFile(kept.get('records/gone')!)).toEqual({ id: file.id, envelope: file.envelope })

    const noteName = [...kept.keys()].find((name) => name.endsWith('.note'))!
    expect(readNoteFile(kept.get(noteName)!, goldenKeys, file.id)).toEqual({ version: file.id, ...goldenNote })

    const version = openVersion(plaintextSource(repository, goldenSecrets), file.envelope.root)
    const found = await Array.fromAsync(version.walk(Buffer.alloc(0)))
    expect(found.map(({ path, entry }) => `${path.toString('latin1')} ${entry.type}`)).toEqual([
      'a directory',
      'b directory',
      'b/attributed file',
      'b/ca\xf1on file',
      'b/empty file',
      'b/inline file',
      'b/large file',
      'b/link symlink',
      'b/one name hardlink',
      'b/pipe special',
      'c directory',
    ])
    const words = found.find(({ entry }) => entry.type === 'hardlink')!.entry
    if (words.type !== 'hardlink') expect.fail('no hardlink')
    expect(words.inode).toBe(2n ** 64n - 1n)
    const content = Buffer.concat(await Array.fromAsync(version.readFile(words)))
    expect(content.toString()).toBe('A file of more than 512 bytes, which compresses well. '.repeat(40))
  })

  test('is read by the independent decoder', async () => {
    const home = mkdtempSync(join(tmpdir(), 'holdfast-golden-'))
    onTestFinished(() => rmSync(home, { recursive: true }))
    const code = join(home, 'code')
    writeFileSync(code, formatRecoveryCode(goldenRecoverySecret))
    const versions = JSON.parse(await runDecoder('snapshots', join(folder, 'repository'), '--key', code))
    expect(versions.map(({ envelope }: { envelope: { seq: number } }) => envelope.seq)).toEqual([7])
    expect(versions.map(({ id, note }: { id: string; note: object }) => [id, note])).toEqual([
      [versions[0].id, { version: versions[0].id, ...goldenNote }],
    ])
  })
})

/** Files that hold something compressed: with another zstd they may rightly differ. */
function isCompressed(name: string): boolean {
  return name === 'records/data-zstd' || /^repository\/(packs2?|snapshots)\//.test(name) || name === 'records/gone'
}
