/**
 * Rows of the catalogue as bytes, many in one answer of the database: reading two million rows one by one would keep the main thread
 * busy for ten seconds. The statement that writes them stands in search-index-table.ts. Pure.
 *
 *   16  path hash · 16  folder's hash · u32  from version · u8  type · u64  size · u32  changed, s · u16  n · n  folded name
 *
 * Whole seconds, as far as 32 bits tell them: what lies before 1970 counts as 1970. Good enough to sort and to sift by days.
 */

export interface PackedRow {
  /** Where each part begins in the page; the row ends with its name. */
  readonly hashAt: number
  readonly parentAt: number
  readonly fromVersion: number
  readonly type: number
  readonly size: number
  readonly changedAtS: number
  readonly nameAt: number
  readonly nameEnd: number
}

const headBytes = 51

/** @throws RangeError where a row is cut off: the database shortened its answer */
export function* packedRows(page: Buffer): Generator<PackedRow> {
  for (let at = 0; at < page.length; ) {
    const nameAt = at + headBytes
    const nameEnd = nameAt + page.readUInt16BE(at + 49)
    if (nameEnd > page.length) throw new RangeError('a page of the catalogue is cut off')
    yield {
      hashAt: at,
      parentAt: at + 16,
      fromVersion: page.readUInt32BE(at + 32),
      type: page[at + 36]!,
      size: page.readUInt32BE(at + 37) * 2 ** 32 + page.readUInt32BE(at + 41),
      changedAtS: page.readUInt32BE(at + 45),
      nameAt,
      nameEnd,
    }
    at = nameEnd
  }
}
