/**
 * Rows of the catalogue as SQL text, made in the worker: binding a million rows as parameters would keep the main thread busy for
 * seconds. Only numbers and hexadecimal digits come out, so there is nothing to escape. Tests read every kind of row back.
 */
import type { TreeEntry } from '../../engine/index.ts'
import { entryTypes } from './catalogue.ts'
import { foldName } from './fold-name.ts'
import { pathHashBytes } from './path-hash.ts'

export const rowColumns = 'job_id, path_hash, from_version, parent_hash, type, size, mtime_ns, name, folded'

const rowsPerStatement = 1000
const noParent = '0'.repeat(pathHashBytes * 2)

export class RowText {
  private readonly jobId: number
  private readonly version: number
  private readonly rows: string[] = []

  constructor({ jobId, version }: { readonly jobId: number; readonly version: number }) {
    this.jobId = jobId
    this.version = version
  }

  addEntry(hash: Buffer, parent: Uint8Array, entry: TreeEntry): void {
    const size = entry.type === 'file' || entry.type === 'hardlink' ? entry.size : 0
    const facts = `${entryTypes[entry.type]},${size},${entry.mtimeNs}`
    this.add(hash, `${bytes(parent)},${facts},${bytes(entry.name)},${bytes(foldName(entry.name))}`)
  }

  /** The path ends here. */
  addGone(hash: Buffer): void {
    this.add(hash, `X'${noParent}',${entryTypes.gone},0,0,'',''`)
  }

  /** In the order of the table's key, so that neighbours are inserted together. */
  batches(): readonly { readonly text: string; readonly count: number }[] {
    this.rows.sort()
    const starts = Array.from({ length: Math.ceil(this.rows.length / rowsPerStatement) }, (_, index) => index * rowsPerStatement)
    return starts.map((start) => {
      const rows = this.rows.slice(start, start + rowsPerStatement)
      return { text: rows.join(','), count: rows.length }
    })
  }

  private add(hash: Buffer, rest: string): void {
    this.rows.push(`(${this.jobId},${bytes(hash)},${this.version},${rest})`)
  }
}

function bytes(value: Uint8Array): string {
  return `X'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}'`
}
