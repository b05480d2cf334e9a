/** The history of one path, from the catalogue. Whoever calls has asked for the right to see names. */
import { pathHashOf } from '../catalogue/path-hash.ts'
import type { Database } from '../database/database.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import { type HistoryPiece, type HistoryRow, historyPieces } from './file-history.ts'
import type { SearchedJob } from './search.ts'
import * as table from './search-table.ts'

export interface FileHistory {
  readonly rows: readonly HistoryRow[]
  /** Rows behind these; undefined: these are the oldest. */
  readonly next: number | undefined
  /** Different states that can be had, all of them. */
  readonly states: number
}

export interface FileHistoryService {
  /** Empty where no version has the path. Newest first, from the row `skip` on. */
  readonly read: (
    job: SearchedJob,
    path: VersionPath,
    page: { readonly skip: number; readonly limit: number },
  ) => Promise<FileHistory>
}

export function createFileHistory({ database }: { readonly database: Database }): FileHistoryService {
  const { kysely } = database
  return {
    read: async (job, path, { skip, limit }) => {
      const { jobId } = job
      const changes = await table.listChangesOf(kysely, [{ jobId, pathHash: pathHashOf(path) }])
      const all = historyPieces(changes, job)
      const pieces = all.slice(skip, skip + limit)
      const numbers = pieces.flatMap((piece) => (piece.kind === 'state' ? [piece.state.firstNumber, piece.state.lastNumber] : []))
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
      }
    },
  }
}

type FindVersion = (number: number) => Extract<HistoryRow, { kind: 'state' }>['first'] | undefined

/** A version that went away in this very moment takes its row along. */
function toRow(piece: HistoryPiece, older: HistoryPiece | undefined, find: FindVersion): readonly HistoryRow[] {
  if (piece.kind === 'gap') return [piece]
  const { type, size, mtimeNs, firstNumber, lastNumber } = piece.state
  const [first, last] = [find(firstNumber), find(lastNumber)]
  if (first === undefined || last === undefined) return []
  const moreBytes = older?.kind === 'state' && type !== 'directory' ? size - older.state.size : undefined
  return [{ kind: 'state', type, sizeBytes: size, changedAtNs: mtimeNs, first, last, versions: piece.versions, moreBytes }]
}
