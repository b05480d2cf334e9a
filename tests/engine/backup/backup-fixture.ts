// A repository in memory, a folder on disk, and runs of one job between them.

import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { type BackupOptions, type BackupResult, backUp } from '../../../engine/backup/back-up.ts'
import { openVersion } from '../../../engine/browse/version.ts'
import { managedSlotKey, sealKeySlot } from '../../../engine/crypto/key-slot.ts'
import type { RepositorySecrets } from '../../../engine/crypto/keys.ts'
import { type ChunkId, parseDeviceId } from '../../../engine/model/ids.ts'
import { createRepository, newRepositorySecrets } from '../../../engine/repository/create-repository.ts'
import { type FileRepository, openFileRepository } from '../../../engine/repository/file-repository.ts'
import { plaintextSource } from '../../../engine/repository/plaintext-source.ts'
import { memoryStorage } from '../../../engine/storage/memory.ts'
import type { Storage } from '../../../engine/storage/storage.ts'

export interface BackupFixture extends AsyncDisposable {
  /** What is backed up. */
  readonly folder: string
  readonly storage: Storage
  readonly secrets: RepositorySecrets
  open(): Promise<FileRepository>
  run(options?: Partial<BackupOptions>): Promise<BackupResult>
  /** Resolves when the files are old enough for their times to be believed. */
  settled(): Promise<void>
  /** Id of the folder's own tree: the folders above it (/tmp) change on their own. */
  treeId(root: ChunkId): Promise<string>
  /** Every path below the folder in a version, with what it holds. */
  contents(root: ChunkId): Promise<Map<string, string>>
}

export const device = parseDeviceId('dev_test')

export async function openFixture(): Promise<BackupFixture> {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-backup-'))
  const folder = mkdtempSync(join(home, 'source-'))
  const storage = memoryStorage()
  const secrets = newRepositorySecrets(randomBytes)
  const slot = { id: 'managed', kind: 'managed' as const, salt: randomBytes(32) }
  await createRepository(storage, {
    secrets,
    slots: [sealKeySlot(slot, managedSlotKey(randomBytes(32), secrets.uid, 'managed'), secrets)],
    createdMs: 0,
  })
  const open = () => openFileRepository({ storage, secrets, now: Date.now })
  return {
    folder,
    storage,
    secrets,
    open,
    async run(options = {}) {
      const target = options.target ?? (await open()).asDevice(device)
      return backUp({
        target,
        secrets,
        device,
        job: 'documents',
        sources: [Buffer.from(folder)],
        excludes: [],
        isExcluded: () => false,
        cacheFile: join(home, 'cache', 'documents'),
        compression: 'default',
        host: 'test',
        platform: 'linux',
        agentVersion: '0.0.0',
        tags: [],
        now: Date.now,
        randomBytes,
        ...options,
      })
    },
    settled: () =>
      vi
        .waitUntil(() => Date.now() - lstatSync(newestBelow(folder)).ctimeMs > 100, { timeout: 5_000, interval: 5 })
        .then(() => undefined),
    async treeId(root) {
      const entry = await openVersion(plaintextSource(await open(), secrets), root).stat(Buffer.from(folder))
      if (entry?.type !== 'directory') throw new Error('the folder is not in the version')
      return entry.tree.toString('hex')
    },
    async contents(root) {
      const version = openVersion(plaintextSource(await open(), secrets), root)
      const found = new Map<string, string>()
      for await (const { path, entry } of version.walk(Buffer.from(folder))) {
        const name = path.toString('latin1')
        if (`/${name}` === folder) continue
        if (entry.type === 'file' || entry.type === 'hardlink') {
          const parts: Buffer[] = []
          for await (const part of version.readFile(entry)) parts.push(Buffer.from(part))
          found.set(name, `${entry.mode.toString(8)} ${entry.mtimeNs} ${hashOf(Buffer.concat(parts))}`)
        } else found.set(name, entry.type === 'symlink' ? `-> ${entry.target.toString('latin1')}` : entry.type)
      }
      return found
    },
    [Symbol.asyncDispose]: async () => rmSync(home, { recursive: true, force: true }),
  }
}

/** The same listing, read from the disk. */
export function contentsOnDisk(folder: string): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (path: Buffer) => {
    for (const name of readdirSync(path, 'buffer')) {
      const below = Buffer.concat([path, Buffer.from('/'), name])
      const stat = lstatSync(below, { bigint: true })
      const key = below.subarray(1).toString('latin1')
      if (stat.isSymbolicLink()) found.set(key, `-> ${readlinkSync(below, 'buffer').toString('latin1')}`)
      else if (stat.isDirectory()) {
        found.set(key, 'directory')
        visit(below)
      } else found.set(key, `${(stat.mode & 0o7777n).toString(8)} ${stat.mtimeNs} ${hashOf(readFileSync(below))}`)
    }
  }
  visit(Buffer.from(folder))
  return found
}

function newestBelow(folder: string): Buffer {
  const paths = [
    Buffer.from(folder),
    ...readdirSync(folder, { recursive: true, encoding: 'buffer' }).map((name) =>
      Buffer.concat([Buffer.from(`${folder}/`), name]),
    ),
  ]
  return paths.reduce((newest, path) => (lstatSync(path).ctimeMs > lstatSync(newest).ctimeMs ? path : newest))
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
