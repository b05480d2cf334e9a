// Finds the whole records of a pack by their headers in place, for when its trailer is gone. A record that is damaged, or of which a
// piece is missing, costs itself: the search goes on right behind its header, not behind the length it names.

import { packMaxRecords } from '../model/limits.ts'
import type { PackEntry } from './pack.ts'
import { findHeader, isBodyWhole, readRefs, recordBytes, recordHeaderBytes } from './record-header.ts'

const magic = 'HFR1'
/**
 * Bytes that may be checked in vain, as a multiple of the pack: damaged bodies make up one at most, the headers that the trailer repeats
 * another. More is made by somebody: headers, close together, that all name long bodies.
 */
const vainChecksMax = 3

/** Whole means both CRCs: the seal is not opened. At most as many records as a pack may hold; repeats are possible. */
export function* salvageRecords(pack: Buffer): Generator<PackEntry> {
  let vainBytesLeft = vainChecksMax * pack.length
  let records = 0
  let at = pack.indexOf(magic, 0, 'latin1')
  while (at >= 0 && records < packMaxRecords && vainBytesLeft >= 0) {
    const header = findHeader(pack, at)
    const length = header && at + recordBytes(header) <= pack.length ? recordBytes(header) : 0
    let next = at + 1
    if (header && length > 0) {
      const record = pack.subarray(at, at + length)
      if (isBodyWhole(record, header)) {
        records++
        yield { header, offset: at, length, refs: readRefs(record, header) }
        next = at + length
      } else {
        vainBytesLeft -= length
        next = at + recordHeaderBytes
      }
    }
    at = pack.indexOf(magic, next, 'latin1')
  }
}
