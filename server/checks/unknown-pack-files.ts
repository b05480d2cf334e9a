import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type PackId, parsePackId } from '../../engine/index.ts'
import { findPack, listPackIds } from '../packs/packs-table.ts'
import type { CheckPacks } from './check-packs.ts'

/** Files among the packs that no row names: what a crash left, for the next start to take up. */
export async function noteUnknownPackFiles({ db, repository, place, findings, signal }: CheckPacks): Promise<void> {
  const { repositoryId } = repository
  const known = await listPackIds(db, repositoryId)
  const folders = [
    ['packs', place.packsFolder],
    ['packs2', place.twinPacksFolder],
  ] as const
  for (const [copy, folder] of folders) {
    for (const prefix of await readdir(folder)) {
      signal.throwIfAborted()
      for (const name of await readdir(join(folder, prefix))) {
        const packId = findPackId(name)
        if (packId !== undefined && known.has(packId)) continue
        // One that was just arriving has its row by now.
        const isKnown = packId !== undefined && (await findPack(db, repositoryId, packId)) !== undefined
        if (!isKnown) findings.note({ kind: 'file-unknown', file: `${copy}/${prefix}/${name}` })
      }
    }
  }
}

function findPackId(name: string): PackId | undefined {
  return /^[0-9a-f]{64}$/.test(name) ? parsePackId(name) : undefined
}
