/** Packs that lie in a repository without anybody knowing: a crash came between file and row, or somebody put them there. */
import { createHash } from 'node:crypto'
import { open, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError, type PackId, type PackIndex, PackScanner, parsePackId } from '../../engine/index.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { hasCode, syncFolder, writeSynced } from '../storage-volumes/durable-file.ts'

/** The names of packs' files in a folder of packs/. What is named otherwise is not ours and stays as it is. */
export async function listPackFiles(place: RepositoryPlace, prefix: string): Promise<readonly PackId[]> {
  const names = await readdir(join(place.packsFolder, prefix))
  return names.filter((name) => /^[0-9a-f]{64}$/.test(name) && name.startsWith(prefix)).map(parsePackId)
}

const pieceBytes = 1024 ** 2

/** The index of a pack file that is whole and is the one it is named after; undefined for any other. */
export async function readPackFile(
  path: string,
  packId: PackId,
): Promise<{ readonly index: PackIndex; readonly sizeBytes: number } | undefined> {
  const hash = createHash('sha256')
  const scanner = new PackScanner()
  const buffer = Buffer.allocUnsafeSlow(pieceBytes)
  const file = await open(path, 'r')
  try {
    let sizeBytes = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, sizeBytes)
      if (bytesRead === 0) break
      sizeBytes += bytesRead
      hash.update(buffer.subarray(0, bytesRead))
      scanner.push(buffer.subarray(0, bytesRead))
    }
    const index = scanner.finish()
    return hash.digest('hex') === packId ? { index, sizeBytes } : undefined
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  } finally {
    await file.close()
  }
}

/** Puts a file aside, durably: never deleted, never counted. */
export async function quarantineFile(place: RepositoryPlace, path: string, name: string): Promise<void> {
  await rename(path, join(place.quarantineFolder, name))
  await syncFolder(place.quarantineFolder)
  await syncFolder(join(path, '..'))
}

/** The second copy of a tree pack, made from the first where it is absent. */
export async function ensureTwin(place: RepositoryPlace, packId: PackId): Promise<void> {
  const twin = place.twinPackFile(packId)
  if (await isThere(twin)) return
  const source = await open(place.packFile(packId), 'r')
  try {
    const temporaryFile = join(place.temporaryFolder, `${packId}.twin`)
    await writeSynced(temporaryFile, await source.readFile(), () => {})
    await rename(temporaryFile, twin)
    await syncFolder(join(twin, '..'))
  } finally {
    await source.close()
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r')).close()
    return true
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return false
    throw error
  }
}
