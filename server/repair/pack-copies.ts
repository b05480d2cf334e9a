/** The files of a pack, as a repair reads them. */
import { open } from 'node:fs/promises'
import type { PackId, PackKind, RepositorySecrets } from '../../engine/index.ts'
import type { CheckPackOutput } from '../checks/check-pack.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import type { SavedRecord } from './plan-repair.ts'

/** The first one, and a tree pack's twin. */
export function copyFiles(place: RepositoryPlace, { packId, kind }: { readonly packId: PackId; readonly kind: PackKind }) {
  return [place.packFile(packId), ...(kind === 'tree' ? [place.twinPackFile(packId)] : [])]
}

export async function inspectCopies(
  files: readonly string[],
  options: {
    readonly pool: WorkerPool
    readonly repository: Repository
    readonly secrets: RepositorySecrets | undefined
    readonly kind: PackKind
    readonly signal: AbortSignal
  },
): Promise<readonly CheckPackOutput[]> {
  const { pool, repository, secrets, kind, signal } = options
  const copies: CheckPackOutput[] = []
  for (const file of files) {
    const input = { secrets, uid: repository.uid, file, kind, isDataRead: true }
    copies.push(await pool.run('check-pack', input, { isUrgent: false, signal }))
  }
  return copies
}

/** At most a pack's worth of bytes. */
export async function readRecords(files: readonly string[], records: readonly SavedRecord[]): Promise<readonly Buffer[]> {
  const handles = await Promise.all(files.map((file) => open(file, 'r').catch(() => undefined)))
  try {
    const read: Buffer[] = []
    for (const { copy, offset, length } of records) {
      const bytes = Buffer.allocUnsafe(length)
      const { bytesRead } = (await handles[copy]?.read(bytes, 0, length, offset)) ?? { bytesRead: 0 }
      read.push(bytes.subarray(0, bytesRead))
    }
    return read
  } finally {
    for (const handle of handles) await handle?.close()
  }
}
