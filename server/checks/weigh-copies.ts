/**
 * What the copies of a pack, as they were read, say of it together. A data pack has one, a tree pack two; a record is lost only where
 * no copy holds it whole. Pure.
 */
import { chunkKey, type PackId } from '../../engine/index.ts'
import type { CheckPackOutput, RecordDamage } from './check-pack.ts'
import { wholeIdsOf } from './packed-records.ts'

export type ReadCopy = Extract<CheckPackOutput, { readonly kind: 'read' }>

export type WeighedPack =
  /** One copy is as it should be. `faults` has one entry for each copy: undefined for a whole one. */
  | { readonly kind: 'whole'; readonly copy: ReadCopy; readonly faults: readonly (string | undefined)[] }
  /** The file is the one that was sent, and records in it do not open: they came so. */
  | { readonly kind: 'poisoned'; readonly copy: ReadCopy; readonly bad: readonly RecordDamage[] }
  | {
      readonly kind: 'hurt'
      readonly state: 'damaged' | 'missing'
      readonly why: string
      readonly read: readonly ReadCopy[]
      /** Whole in no copy. */
      readonly lost: readonly RecordDamage[]
      readonly areAllAbsent: boolean
    }

export interface PackToWeigh {
  readonly packId: PackId
  readonly sizeBytes: number
  /** Records that were found bad before: said already, nothing new. */
  readonly isKnownBad: (chunkId: Uint8Array) => boolean
}

export function weighCopies(pack: PackToWeigh, copies: readonly CheckPackOutput[]): WeighedPack {
  const faults = copies.map((copy) => faultOf(pack, copy))
  const whole = copies.find((copy, index): copy is ReadCopy => copy.kind === 'read' && faults[index] === undefined)
  if (whole !== undefined) return { kind: 'whole', copy: whole, faults }
  const read = copies.filter((copy) => copy.kind === 'read')
  const asSent = read.find(({ fileHash }) => fileHash === pack.packId)
  if (asSent !== undefined) return { kind: 'poisoned', copy: asSent, bad: newDamage(pack, asSent) }
  return {
    kind: 'hurt',
    state: read.length === 0 ? 'missing' : 'damaged',
    why: faults[0] ?? '',
    read,
    lost: lostRecords(read),
    areAllAbsent: copies.every(({ kind }) => kind === 'absent'),
  }
}

/** What is wrong with a copy, in words. */
function faultOf(pack: PackToWeigh, copy: CheckPackOutput): string | undefined {
  if (copy.kind === 'absent') return 'it is not there'
  if (copy.kind === 'unreadable') return copy.why
  if (copy.damage !== undefined) return copy.damage
  if (copy.sizeBytes !== pack.sizeBytes) return `it has ${copy.sizeBytes} bytes, the database says ${pack.sizeBytes}`
  const damaged = newDamage(pack, copy).length
  return damaged === 0 ? undefined : `${damaged} of its records are damaged`
}

function newDamage({ isKnownBad }: PackToWeigh, { damagedRecords }: ReadCopy): readonly RecordDamage[] {
  return damagedRecords.filter(({ chunkId }) => !isKnownBad(chunkId))
}

function lostRecords(read: readonly ReadCopy[]): readonly RecordDamage[] {
  const whole = new Set(read.flatMap(({ records }) => wholeIdsOf(records).map(chunkKey)))
  const damaged = new Map(
    read.flatMap((copy) => copy.damagedRecords.map((record) => [chunkKey(record.chunkId), record] as const)),
  )
  return [...damaged].filter(([id]) => !whole.has(id)).map(([, record]) => record)
}
