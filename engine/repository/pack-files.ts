// Packs as files: their names, and their indexes from their ends.

import { type PackIndex, packFootBytes, packHeadBytes, readPackFoot, readPackIndex } from '../format/pack.ts'
import { FormatError } from '../model/errors.ts'
import { type PackId, parsePackId, type RepositoryUid } from '../model/ids.ts'
import type { Storage, StoredFile } from '../storage/storage.ts'

export const packFolder = 'packs'
/** Tree packs lie here a second time. */
export const twinPackFolder = 'packs2'

/** Covers the trailer of nearly every pack: 256 records of data. */
const tailGuessBytes = 32 * 1024

export function packFileName(pack: PackId, folder: typeof packFolder | typeof twinPackFolder = packFolder): string {
  return `${folder}/${pack.slice(0, 2)}/${pack}`
}

/** The pack of a name in either folder; undefined for anything else. */
export function packOfFileName(name: string): PackId | undefined {
  const match = /^packs2?\/([0-9a-f]{2})\/([0-9a-f]{64})$/.exec(name)
  return match && match[2]!.startsWith(match[1]!) ? parsePackId(match[2]!) : undefined
}

/**
 * A pack's index, by its head and its tail.
 * @throws FormatError `pack-damaged`, `wrong-repository`, `unsupported-version`, `limit-exceeded`
 */
export async function readPackFileIndex(storage: Storage, file: StoredFile, uid: RepositoryUid): Promise<PackIndex> {
  const { name, sizeBytes } = file
  if (sizeBytes < packHeadBytes + packFootBytes) throw new FormatError('pack-damaged', `${name} is too short for a pack`)
  const head = await storage.read(name, { start: 0, length: packHeadBytes })
  let tail = await readTail(storage, file, Math.min(sizeBytes, tailGuessBytes))
  const footOf = (bytes: Buffer) => bytes.subarray(Math.max(0, bytes.length - packFootBytes))
  const { entriesBytes } = readPackFoot(footOf(tail))
  const wanted = entriesBytes + packFootBytes
  if (wanted > sizeBytes) throw new FormatError('pack-damaged', `the index of ${name} is longer than the file`)
  if (wanted > tail.length) tail = await readTail(storage, file, wanted)
  const entries = tail.subarray(tail.length - wanted, tail.length - packFootBytes)
  const index = readPackIndex({ head, entries, foot: footOf(tail), fileBytes: sizeBytes })
  if (!index.uid.equals(uid)) throw new FormatError('wrong-repository', `${name} is a pack of another repository`)
  return index
}

function readTail(storage: Storage, file: StoredFile, length: number): Promise<Buffer> {
  return storage.read(file.name, { start: file.sizeBytes - length, length })
}
