import { afterEach, beforeEach, expect, test } from 'vitest'
import { chunkKey, parseChunkId } from '../../../engine/index.ts'
import { createPlaintexts } from '../../../server/plaintexts/plaintexts-service.ts'
import type { Repository } from '../../../server/repositories/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const id = parseChunkId(Buffer.alloc(32, 1))
const repository = { repositoryId: 'repo_a', uid: Buffer.alloc(16, 2) } as unknown as Repository
let home: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  home = temporaryFolder()
})
afterEach(() => home[Symbol.dispose]())

test('a disk that is not there is no loss: nothing is called damaged for it', async () => {
  const lost: unknown[] = []
  const place = { pack: 1, packId: 'a'.repeat(64), kind: 'data', offset: 0, length: 10 }
  const plaintexts = createPlaintexts({
    dataFolder: home.path,
    locate: async () => new Map([[chunkKey(id), [place]]]) as never,
    openSecrets: async () => ({ uid: Buffer.alloc(16), dedupKey: Buffer.alloc(32), encryptionKeys: [] }) as never,
    pool: { run: async () => ({ records: [{ kind: 'failed', why: 'its file cannot be read (ENOENT)' }] }) } as never,
    onLost: (...words) => lost.push(words),
  })
  await expect(plaintexts.source(repository).readPlaintexts([id])).rejects.toMatchObject({ name: 'VolumeError', fault: 'wrong' })
  expect(lost).toEqual([])
})
