import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { syncFolder, unlinkIfThere } from '../storage-volumes/durable-file.ts'

const pieceBytes = 4 * 1024 * 1024
const packName = /^[0-9a-f]{64}$/

export type CopiedFile = 'copied' | 'was-there' | 'damaged'

/**
 * Copies a file durably, unless it is there with the same length: it was given its name only when it was whole. A pack is named by its
 * SHA-256; one that does not agree is copied all the same, because most of its records are whole, and told.
 */
export async function copyFile(copying: {
  readonly from: string
  readonly to: string
  readonly sizeBytes: number
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
  readonly reached: ReachedPoint
}): Promise<CopiedFile> {
  const { from, to, sizeBytes, onBytes, reached } = copying
  if ((await sizeOf(to)) === sizeBytes) {
    onBytes(sizeBytes)
    return 'was-there'
  }
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  const temporary = `${to}.new`
  await unlinkIfThere(temporary)
  const sha256 = await copyBytes(temporary, copying)
  reached('recover:synced')
  await rename(temporary, to)
  reached('recover:renamed')
  await syncFolder(dirname(to))
  reached('recover:folder-synced')
  return packName.test(basename(from)) && basename(from) !== sha256 ? 'damaged' : 'copied'
}

async function copyBytes(
  temporary: string,
  { from, signal, onBytes, reached }: Pick<Parameters<typeof copyFile>[0], 'from' | 'signal' | 'onBytes' | 'reached'>,
): Promise<string> {
  await using source = await open(from, 'r')
  await using target = await open(temporary, 'wx', 0o600)
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(pieceBytes)
  for (;;) {
    signal.throwIfAborted()
    const { bytesRead } = await source.read(piece, 0, piece.length)
    if (bytesRead === 0) break
    const bytes = piece.subarray(0, bytesRead)
    hash.update(bytes)
    await target.writeFile(bytes)
    onBytes(bytesRead)
  }
  reached('recover:written')
  await target.sync()
  return hash.digest('hex')
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}
