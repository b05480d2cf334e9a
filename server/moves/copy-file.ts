/** One file from one folder of a repository to the other: whole before it has its name, and read back from the disk itself. */
import { createHash } from 'node:crypto'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BufferPool } from '../storage-volumes/buffer-pool.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { openNewFile } from '../storage-volumes/direct-file.ts'
import { syncFolder, unlinkIfThere } from '../storage-volumes/durable-file.ts'
import { MoveError } from './move.ts'

export interface Copying {
  readonly source: string
  readonly target: string
  readonly pool: BufferPool
  readonly reached: ReachedPoint
}

const temporaryName = 'tmp/being-moved'

/** Returns the SHA-256 of the bytes as they were read, in hex. The name is durable once its folder was synced. */
export async function copyFile({ source, target, pool, reached }: Copying, name: string): Promise<string> {
  const temporaryFile = join(target, temporaryName)
  const finalFile = join(target, name)
  await unlinkIfThere(temporaryFile)
  await mkdir(dirname(temporaryFile), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  // Past the page cache, so that reading it back asks the disk.
  const file = await openNewFile(temporaryFile, { isDirect: true })
  try {
    for await (const bytes of readPieces(join(source, name), pool)) {
      hash.update(bytes)
      await file.write(bytes)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  reached('move:file-synced')
  await makeFolder(dirname(finalFile), target)
  await rename(temporaryFile, finalFile)
  reached('move:file-renamed')
  return hash.digest('hex')
}

export async function hashFile(path: string, pool: BufferPool): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of readPieces(path, pool)) hash.update(bytes)
  return hash.digest('hex')
}

/** Each piece is good until the next is asked for. Trouble with reading is no trouble of the disk that is written to. */
async function* readPieces(path: string, pool: BufferPool): AsyncGenerator<Buffer> {
  const file = await open(path, 'r')
  const buffer = pool.take()
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length).catch((cause: unknown) => {
        throw new MoveError('unreadable', `${path} cannot be read. Run \`holdfast check --data\` first.`, { cause })
      })
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    pool.give(buffer)
    await file.close()
  }
}

/** A new folder's name is made durable in the folder above it, up to the repository's own. */
async function makeFolder(path: string, upTo: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let folder = dirname(path); folder.length >= upTo.length; folder = dirname(folder)) await syncFolder(folder)
}
