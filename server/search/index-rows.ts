/** Reads a job's rows for the index in ranges of hashes: they are spread evenly, so the last range tells how wide the next may be. */
import type { Queryable } from '../database/database.ts'
import type { IndexRows } from './index-fillings.ts'
import { packedRows } from './row-page.ts'
import * as table from './search-index-table.ts'

const hashSpace = 2 ** 32
const rowsPerRange = 4_000
/** Small enough for the largest job there may be. */
const firstRange = hashSpace / 2 ** 14
const maxWidening = 4
/** So many rows are appended; where there are more, reading all of them anew is no slower. */
const maxRowsToAppend = 20_000

export function createIndexRows({ db }: { readonly db: Queryable }): IndexRows {
  return {
    readAll: async function* ({ jobId, version }) {
      let width = firstRange
      for (let from = 0; from < hashSpace; ) {
        const before = Math.min(from + width, hashSpace)
        const page = await table.readPackedRange(db, { jobId, version, from, before })
        if (!isWhole(page)) {
          if (width <= 1) throw new Error(`the catalogue of job ${jobId} cannot be read in one piece`)
          width = Math.ceil(width / maxWidening)
          continue
        }
        if (page.count > 0) yield new Uint8Array(page.rows)
        from = before
        width = Math.max(1, Math.floor(width * Math.min(maxWidening, rowsPerRange / Math.max(page.count, 1))))
      }
    },
    readSince: async ({ jobId, version }, after) => {
      if (after === version) return new Uint8Array(0)
      const page = await table.readPackedSince(db, { jobId, after, version, limit: maxRowsToAppend })
      return page !== undefined && isWhole(page) ? new Uint8Array(page.rows) : undefined
    },
  }
}

/** The database shortens what is longer than it may answer. */
function isWhole({ rows, count }: table.PackedRows): boolean {
  let whole = 0
  try {
    for (const _ of packedRows(rows)) whole += 1
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
  return whole === count
}
