/** The history of one path, from the catalogue. Whoever calls has asked for the right to see names. */
import { pathHashOf } from '../catalogue/path-hash.ts'
import type { PathState } from '../catalogue/path-states.ts'
import type { Database } from '../database/database.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { CompareVersions } from './compare-service.ts'
import { type HistoryPiece, type HistoryRow, historyPieces } from './file-history.ts'
import { type FolderHistory, readFolderHistory } from './folder-history.ts'
import { liveStates, type SearchedJob } from './search.ts'
import * as table from './search-table.ts'

export interface FileHistory {
  readonly rows: readonly HistoryRow[]
  /** Rows behind these; undefined: these are the oldest. */
  readonly next: number | undefined
  /** Different states that can be had, all of them. */
  readonly states: number
  /** Of a folder, where rows are behind these: the version behind the last one, if something was different there. */
  readonly older: FolderHistory['older']
}

export interface FileHistoryService {
  /** The same of a folder, from the versions' trees: a page is of `limit` versions that hold it, thirty at most, and `states` are those of the page. */
  readonly readFolder: (
    job: SearchedJob,
    path: VersionPath,
    page: { readonly skip: number; readonly limit: number },
  ) => Promise<FileHistory>
  /** As one version holds it; undefined where it does not. */
  readonly findState: (
    job: SearchedJob,
    path: VersionPath,
    version: Pick<Snapshot, 'id'>,
  ) => Promise<{ readonly sizeBytes: number; readonly changedAtNs: bigint } | undefined>
  /** What the path was last; undefined where no version has it. */
  readonly findType: (job: SearchedJob, path: VersionPath) => Promise<PathState['type'] | undefined>
  /** Empty where no version has the path. Newest first, from the row `skip` on. */
  readonly read: FileHistoryService['readFolder']
}

export function createFileHistory(options: {
  readonly database: Database
  readonly compare: Pick<CompareVersions, 'findTrees'>
}): FileHistoryService {
  const { kysely } = options.database
  const changesOf = ({ jobId }: SearchedJob, path: VersionPath) =>
    table.listChangesOf(kysely, [{ jobId, pathHash: pathHashOf(path) }])
  return {
    findType: async (job, path) => liveStates(await changesOf(job, path), job)[0]?.type,
    findState: async (job, path, { id }) => {
      const number = await table.findNumber(kysely, id)
      const states = liveStates(await changesOf(job, path), job)
      const state = states.find(({ from, before }) => number !== undefined && from <= number && number < before)
      return state && { sizeBytes: state.size, changedAtNs: state.mtimeNs }
    },
    readFolder: async (job, path, page) => {
      const pieces = historyPieces(await changesOf(job, path), job)
      const history = await readFolderHistory(options, { job, path, pieces }, page)
      return { ...history, states: history.rows.filter(({ kind }) => kind === 'state').length }
    },
    read: async (job, path, { skip, limit }) => {
      const { jobId } = job
      const all = historyPieces(await changesOf(job, path), job)
      const pieces = all.slice(skip, skip + limit)
      const numbers = pieces.flatMap((piece) =>
        piece.kind === 'state' ? [piece.state.firstNumber, piece.state.shownNumber] : [],
      )
      const versions = await table.findVersionsOf(
        kysely,
        numbers.map((number) => ({ jobId, number })),
      )
      return {
        rows: pieces.flatMap((piece, index) =>
          toRow(piece, all[skip + index + 1], (number) => versions.get(`${jobId}-${number}`)),
        ),
        next: skip + limit < all.length ? skip + limit : undefined,
        states: all.filter(({ kind }) => kind === 'state').length,
        older: undefined,
      }
    },
  }
}

type FindVersion = (number: number) => Extract<HistoryRow, { kind: 'state' }>['first'] | undefined

/** A version that went away in this very moment takes its row along. */
function toRow(piece: HistoryPiece, older: HistoryPiece | undefined, find: FindVersion): readonly HistoryRow[] {
  if (piece.kind === 'gap') return [piece]
  const { type, size, mtimeNs, firstNumber, shownNumber } = piece.state
  const [first, last] = [find(firstNumber), find(shownNumber)]
  if (first === undefined || last === undefined) return []
  const isFile = older?.kind === 'state' && type !== 'directory' && older.state.type !== 'directory'
  const moreBytes = isFile ? size - older.state.size : undefined
  return [{ kind: 'state', type, sizeBytes: size, changedAtNs: mtimeNs, first, last, versions: piece.versions, moreBytes }]
}
