// Proves a repository of plain files whole, or says what is not: which of its files, which records, and which files of which versions
// are hit. It reads and reports; it changes nothing. With keys it opens and names, without keys it still finds all damage of the disk.

import { deriveKeys, type RepositorySecrets } from '../crypto/keys.ts'
import { FormatError } from '../model/errors.ts'
import type { ChunkId } from '../model/ids.ts'
import { openFileRepository } from '../repository/file-repository.ts'
import { readRepository } from '../repository/open-repository.ts'
import { plaintextSource } from '../repository/plaintext-source.ts'
import { readKeySlotFile } from '../repository/repository-files.ts'
import { Trailers } from '../repository/trailers.ts'
import type { Storage } from '../storage/storage.ts'
import { checkPacks } from './check-packs.ts'
import { CheckPool } from './check-pool.ts'
import { BoundedList, type CheckFinding, type CheckReport, type FileHit } from './check-report.ts'
import { checkSnapshots } from './check-snapshots.ts'
import { nameFilesHit } from './files-hit.ts'
import { LostChunks } from './lost-chunks.ts'

export interface CheckOptions {
  readonly storage: Storage
  /** Undefined: what can be told without keys. */
  readonly secrets: RepositorySecrets | undefined
  /** Every byte; otherwise the ends of all packs, and whether all is there that versions need. */
  readonly isDataRead: boolean
  /** After each pack. */
  readonly onProgress?: (progress: { readonly packs: number; readonly bytes: number }) => void
  readonly signal?: AbortSignal
  /** Threads that read data; 2 unless told otherwise. */
  readonly threads?: number
}

const threadsByDefault = 2

/** @throws FormatError `wrong-repository` when there is none, or it is not the one of these secrets; StorageError */
export async function checkRepository(options: CheckOptions): Promise<CheckReport> {
  const { storage, secrets, isDataRead, signal } = options
  const { uid } = await readRepository(storage)
  const keys = secrets && deriveKeys(secrets)
  if (keys && !keys.uid.equals(uid)) throw new FormatError('wrong-repository', 'these secrets are those of another repository')
  const findings = new BoundedList<CheckFinding>()
  const lost = new BoundedList<ChunkId>()
  const filesHit = new BoundedList<FileHit>()

  await checkKeySlots(storage, findings)
  const pool = isDataRead ? new CheckPool(secrets, options.threads ?? threadsByDefault) : undefined
  const done = { packs: 0, bytes: 0 }
  const onPack = (bytes: number) => {
    done.packs++
    done.bytes += bytes
    options.onProgress?.(done)
  }
  const packs = await checkPacks({ storage, uid, pool, findings, onPack, signal }).finally(() => pool?.close())
  const snapshots = await checkSnapshots(storage, keys, findings)
  const lostChunks = new LostChunks(packs.whole, new Trailers(storage, uid), lost)
  for (const { envelope } of snapshots) await lostChunks.visit(envelope.root)
  if (secrets && lost.count > 0) {
    const repository = await openFileRepository({ storage, secrets, now: () => 0 })
    const plaintexts = plaintextSource(repository, secrets)
    for (const snapshot of snapshots) await nameFilesHit(snapshot, plaintexts, lostChunks, filesHit)
  }
  return {
    isWhole: findings.count === 0 && lost.count === 0,
    ...{ packs: packs.packs, packBytes: packs.packBytes, records: packs.records, snapshots: snapshots.length },
    ...{ isDataRead, isOpened: secrets !== undefined },
    ...{ findingsCount: findings.count, findings: findings.list, lostCount: lost.count, lost: lost.list },
    ...{ filesHitCount: filesHit.count, filesHit: filesHit.list },
  }
}

async function checkKeySlots(storage: Storage, findings: BoundedList<CheckFinding>): Promise<void> {
  for await (const { name } of storage.list('keys')) {
    try {
      if (name.endsWith('.json')) readKeySlotFile(await storage.read(name))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      findings.add({ fault: 'key-slot-damaged', file: name, detail: error.message })
    }
  }
}
