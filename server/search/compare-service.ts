/** Two versions of one backup plan beside each other, from their trees. Whoever calls has asked for the right to see names. */
import { type ChunkId, compareTrees, openVersion, type PlaintextSource, type TreeEntry } from '../../engine/index.ts'
import type { PlaintextsService } from '../plaintexts/plaintexts-service.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import { type ComparedPieces, comparePieces } from './file-pieces.ts'
import { type ChangesPage, changesPage } from './folder-changes.ts'

export type ComparedVersion = Pick<Snapshot, 'repositoryId' | 'root'>

export interface FolderComparison extends ChangesPage {
  /** Which of the two versions has the folder. */
  readonly has: Readonly<Record<'from' | 'to', boolean>>
}

export interface CompareVersions {
  /** Undefined where neither version has a folder there. */
  readonly listChanges: (question: {
    readonly from: ComparedVersion
    readonly to: ComparedVersion
    readonly path: VersionPath
    readonly after: VersionPath | undefined
    readonly limit: number
    /** Whether to read on behind a full page, to say how many there are. */
    readonly isCounted: boolean
  }) => Promise<FolderComparison | undefined>
  /** Undefined where one of them has no file there, or its pieces say nothing. */
  readonly comparePieces: (question: {
    readonly from: ComparedVersion
    readonly to: ComparedVersion
    readonly path: VersionPath
  }) => Promise<ComparedPieces | undefined>
  /** What stands for everything in a folder; undefined where the version has none there. */
  readonly findTrees: (versions: readonly ComparedVersion[], path: VersionPath) => Promise<readonly (ChunkId | undefined)[]>
}

export function createCompareVersions(options: {
  readonly plaintexts: PlaintextsService
  readonly repositories: Pick<Repositories, 'find'>
}): CompareVersions {
  const { plaintexts, repositories } = options

  const sourceOf = async ({ repositoryId }: ComparedVersion): Promise<PlaintextSource> => {
    const repository = await repositories.find(repositoryId)
    if (repository === undefined) throw new RepositoryError('not-found', 'There is no such repository.')
    return plaintexts.source(repository)
  }

  const stat = (source: PlaintextSource, { root }: ComparedVersion, path: VersionPath) =>
    openVersion(source, root).stat(Buffer.concat(path.flatMap((name) => [slash, name])))

  return {
    listChanges: async ({ from, to, path, after, limit, isCounted }) => {
      const source = await sourceOf(to)
      const [before, now] = [treeOf(await stat(source, from, path)), treeOf(await stat(source, to, path))]
      if (before === undefined && now === undefined) return undefined
      const differences = compareTrees(source, { before, after: now, behind: after })
      return {
        ...(await changesPage(differences, { limit, isCounted })),
        has: { from: before !== undefined, to: now !== undefined },
      }
    },
    comparePieces: async ({ from, to, path }) => {
      const source = await sourceOf(to)
      const [before, after] = [await stat(source, from, path), await stat(source, to, path)]
      if (before === undefined || after === undefined || !('content' in before) || !('content' in after)) return undefined
      return comparePieces(source, before, after)
    },
    findTrees: async (versions, path) => {
      const [first] = versions
      if (first === undefined) return []
      const source = await sourceOf(first)
      return Promise.all(versions.map(async (version) => treeOf(await stat(source, version, path))))
    },
  }
}

const slash = Buffer.from('/')

function treeOf(entry: TreeEntry | undefined): ChunkId | undefined {
  return entry?.type === 'directory' ? entry.tree : undefined
}
