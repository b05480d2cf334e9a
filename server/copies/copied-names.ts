/** The names of a copy's files. The place looks like a data folder, so that a box can be recovered from it as it is. */
import type { PackId, RepositoryUid } from '../../engine/index.ts'
import type { CopiedPack } from './copied-packs-table.ts'

export const repositoriesFolder = 'repositories'
export const selfFolder = 'self'

export function repositoryFolder(uid: RepositoryUid): string {
  return `${repositoriesFolder}/${uid.toString('hex')}`
}

export const packFolders = ['packs', 'packs2'] as const
export type PackFolder = (typeof packFolders)[number]

export function packName(packId: PackId, folder: PackFolder): string {
  return `${folder}/${packId.slice(0, 2)}/${packId}`
}

/** A tree pack lies there twice, as here. */
export function packNames({ packId, kind }: Pick<CopiedPack, 'packId' | 'kind'>): readonly string[] {
  return packFolders.slice(0, kind === 'tree' ? 2 : 1).map((folder) => packName(packId, folder))
}
