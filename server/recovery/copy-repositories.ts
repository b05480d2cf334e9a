import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { copyFile } from './copy-file.ts'
import { listRepositoryFiles, listSourceRepositories } from './list-source.ts'
import { RecoveryError } from './recovery-error.ts'

export interface CopiedRepositories {
  readonly repositories: number
  readonly files: number
  readonly bytes: number
  /** Packs whose bytes are not what their names say; the first of them. They are copied as they are. */
  readonly damaged: readonly string[]
  readonly damagedCount: number
}

const damagedNamedMax = 100

/** Everything that people stored. What is there from a copying that was broken off is not copied again. */
export async function copyRepositories(copying: {
  readonly from: string
  readonly dataFolder: string
  readonly signal: AbortSignal
  readonly onProgress: (progress: { readonly bytes: number; readonly totalBytes: number }) => void
  readonly reached: ReachedPoint
}): Promise<CopiedRepositories> {
  const { from, dataFolder, signal, onProgress, reached } = copying
  const uids = await listSourceRepositories(from)
  const totalBytes = await bytesOf(from, uids)
  await demandRoom(dataFolder, uids, totalBytes)
  let bytes = 0
  let files = 0
  const damaged: string[] = []
  let damagedCount = 0
  const onBytes = (more: number) => {
    bytes += more
    onProgress({ bytes, totalBytes })
  }
  for (const uid of uids) {
    const paths = (name: string) => ({
      from: join(from, 'repositories', uid, name),
      to: join(dataFolder, 'repositories', uid, name),
    })
    for await (const { name, sizeBytes } of listRepositoryFiles(from, uid)) {
      const outcome = await copyFile({ ...paths(name), sizeBytes, signal, onBytes, reached })
      files += 1
      if (outcome !== 'damaged') continue
      damagedCount += 1
      if (damaged.length < damagedNamedMax) damaged.push(`repositories/${uid}/${name}`)
    }
  }
  return { repositories: uids.length, files, bytes, damaged, damagedCount }
}

async function bytesOf(folder: string, uids: readonly string[]): Promise<number> {
  let bytes = 0
  for (const uid of uids) for await (const { sizeBytes } of listRepositoryFiles(folder, uid)) bytes += sizeBytes
  return bytes
}

/** Better now than after hours. @throws RecoveryError `no-room` */
async function demandRoom(dataFolder: string, uids: readonly string[], totalBytes: number): Promise<void> {
  const thereBytes = await bytesOf(dataFolder, uids).catch(() => 0)
  const { bavail, bsize } = await statfs(dataFolder)
  const freeBytes = bavail * bsize
  if (freeBytes < totalBytes - thereBytes)
    throw new RecoveryError(
      'no-room',
      `The backups take ${totalBytes} bytes; ${dataFolder} has room for ${freeBytes + thereBytes}.`,
    )
}
