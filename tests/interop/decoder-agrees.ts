// Runs the independent decoder over a repository and holds its opinion against the engine's, record by record and file by file.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import {
  deriveKeys,
  encodeKeySlotFile,
  keySlotFileName,
  openFileRepository,
  openRecord,
  openVersion,
  plaintextSource,
  type RepositorySecrets,
  readSnapshotBody,
  readSnapshotFile,
  readWholePackIndex,
  type Storage,
  sealKeySlot,
  type TreeEntry,
  textOfBytes,
  type Version,
} from '../../engine/index.ts'

const outputMaxBytes = 256 * 1024 * 1024
const script = join(import.meta.dirname, 'decoder.py')
const folders = ['packs', 'packs2', 'snapshots']

export async function runDecoder(...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('python3', [script, ...words], { maxBuffer: outputMaxBytes })
  return stdout
}

/** What the decoder was shown, as files, and the key it was given. */
export interface CopiedRepository extends AsyncDisposable {
  readonly folder: string
  readonly keyFile: string
}

/** A repository of any storage as a folder, with one more key slot, whose key the decoder gets. */
export async function copyToFolder(storage: Storage, secrets: RepositorySecrets): Promise<CopiedRepository> {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-decoder-'))
  const folder = join(home, 'repository')
  const key = createHash('sha256').update(secrets.dedupKey).digest()
  const slot = sealKeySlot({ id: 'decoder', kind: 'device', salt: createHash('sha256').update(key).digest() }, key, secrets)
  const write = async (name: string, bytes: Buffer) => {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), bytes)
  }
  for (const below of folders) for await (const { name } of storage.list(below)) await write(name, await storage.read(name))
  await write('repository.json', await storage.read('repository.json'))
  await write(keySlotFileName(slot.id), encodeKeySlotFile(slot))
  const keyFile = join(home, 'key')
  await writeFile(keyFile, key.toString('hex'))
  return { folder, keyFile, [Symbol.asyncDispose]: async () => await rm(home, { recursive: true, force: true }) }
}

export interface Agreement {
  readonly packs: number
  readonly records: number
  readonly snapshots: number
  readonly entries: number
}

/** Every record of every pack, every snapshot and every file: what the decoder read is what the engine reads. */
export async function expectDecoderAgrees(storage: Storage, secrets: RepositorySecrets): Promise<Agreement> {
  await using copy = await copyToFolder(storage, secrets)
  const opinion = JSON.parse(await runDecoder('check', copy.folder, '--key', copy.keyFile))
  const ours = { packs: await packsOf(storage, secrets), snapshots: await snapshotsOf(storage, secrets) }
  expect(opinion.packs).toEqual(ours.packs)
  expect(opinion.snapshots).toEqual(ours.snapshots)
  return {
    packs: ours.packs.length,
    records: ours.packs.reduce((sum, pack) => sum + pack.records.length, 0),
    snapshots: ours.snapshots.length,
    entries: ours.snapshots.reduce((sum, snapshot) => sum + snapshot.entries.length, 0),
  }
}

async function packsOf(storage: Storage, secrets: RepositorySecrets) {
  const keys = deriveKeys(secrets)
  const packs = []
  for await (const { name } of storage.list('packs')) {
    const pack = await storage.read(name)
    const { kind, entries } = readWholePackIndex(pack)
    const records = entries.map(({ offset, length }) => {
      const { header, refs, plaintext } = openRecord(pack.subarray(offset, offset + length), keys)
      return {
        offset,
        length,
        type: header.type,
        codec: header.codec,
        epoch: header.epoch,
        id: header.chunkId.toString('hex'),
        refs: refs.map((ref) => ref.toString('hex')),
        sha256: sha256([plaintext]),
      }
    })
    packs.push({ id: name.slice(-64), kind, records })
  }
  return packs
}

async function snapshotsOf(storage: Storage, secrets: RepositorySecrets) {
  const keys = deriveKeys(secrets)
  const repository = await openFileRepository({ storage, secrets, now: () => 0 })
  const snapshots = []
  for await (const { id, envelope } of repository.listSnapshots()) {
    const file = readSnapshotFile(await repository.readSnapshot(id))
    const { plaintext } = openRecord(file.record, keys, file.envelopeBytes)
    expect(readSnapshotBody(plaintext).job).toBe(JSON.parse(plaintext.toString()).job)
    const version = openVersion(plaintextSource(repository, secrets), envelope.root)
    const entries = []
    for await (const { path, entry } of version.walk(Buffer.alloc(0))) entries.push(await describeEntry(version, path, entry))
    snapshots.push({
      id,
      envelope: { ...envelope, root: envelope.root.toString('hex'), previous: envelope.previous ?? '0'.repeat(64) },
      body: JSON.parse(plaintext.toString()),
      entries,
    })
  }
  return snapshots
}

const typeCodes = { file: 1, directory: 2, symlink: 3, hardlink: 4, special: 5 } as const

async function describeEntry(version: Version, path: Buffer, entry: TreeEntry) {
  const { type, mode, uid, gid, mtimeNs, extensions } = entry
  const isFile = type === 'file' || type === 'hardlink'
  return {
    path: textOfBytes(Buffer.concat([Buffer.from('/'), path])),
    type: typeCodes[type],
    mode,
    uid,
    gid,
    mtimeNs: String(mtimeNs),
    ...(isFile ? { size: entry.size, sha256: sha256(await Array.fromAsync(version.readFile(entry))) } : {}),
    ...(type === 'symlink' ? { target: textOfBytes(entry.target) } : {}),
    extensions: extensions.map(({ key, value }) => [textOfBytes(key), textOfBytes(value)]),
  }
}

function sha256(pieces: readonly Buffer[]): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}
