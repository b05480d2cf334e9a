// What a check found, in words that name places: files of the repository, records, versions, and the people's files that are hit.

import type { ChunkId, DeviceId, SnapshotId } from '../model/ids.ts'

/** Entries of one list; the count beside it goes on. */
export const checkListMax = 10_000

export const checkFaults = [
  'pack-damaged',
  'pack-unreadable',
  'record-damaged',
  'twin-missing',
  'snapshot-damaged',
  'chain-broken',
  'key-slot-damaged',
] as const
export type CheckFault = (typeof checkFaults)[number]

export interface CheckFinding {
  readonly fault: CheckFault
  /** A file of the repository. */
  readonly file: string
  /** For a record: where in the file. */
  readonly offset?: number
  readonly detail: string
}

/** A person's file of which something is lost. */
export interface FileHit {
  readonly device: DeviceId
  readonly seq: number
  readonly snapshot: SnapshotId
  /** In the version; of a folder whose list is lost, the folder's. */
  readonly path: Buffer
  readonly isFolder: boolean
}

export interface CheckReport {
  /** Nothing is damaged and nothing that a version needs is lost. */
  readonly isWhole: boolean
  readonly packs: number
  readonly packBytes: number
  readonly records: number
  readonly snapshots: number
  /** Every byte was read. */
  readonly isDataRead: boolean
  /** Records were opened with the keys, and files are named. */
  readonly isOpened: boolean
  readonly findingsCount: number
  readonly findings: readonly CheckFinding[]
  /** Chunks that versions need and no place holds whole. */
  readonly lostCount: number
  readonly lost: readonly ChunkId[]
  /** Without keys there are no names: see `lost`. */
  readonly filesHitCount: number
  readonly filesHit: readonly FileHit[]
}

export class BoundedList<T> {
  readonly list: T[] = []
  count = 0

  add(item: T): void {
    this.count++
    if (this.list.length < checkListMax) this.list.push(item)
  }
}
