// The snapshot files of a repository: who has which, in order, and where each device's chain ends.

import { encodeGoneFile, goneSuffix } from '../format/gone-file.ts'
import { parseSnapshotFileName, readSnapshotFile, type SnapshotFile, snapshotFileName } from '../format/snapshot-envelope.ts'
import { FormatError } from '../model/errors.ts'
import type { DeviceId, SnapshotId } from '../model/ids.ts'
import type { Storage } from '../storage/storage.ts'

export const snapshotFolder = 'snapshots'

export interface SnapshotName {
  readonly device: DeviceId
  readonly seq: number
  readonly id: SnapshotId
}

export interface ChainEntry extends SnapshotName {
  /** A version; otherwise what is left of one. */
  readonly isLive: boolean
}

/** Live versions, by device and seq. */
export async function* listSnapshotNames(storage: Storage): AsyncGenerator<SnapshotName> {
  for await (const { name } of storage.list(snapshotFolder)) {
    const parsed = parseSnapshotFileName(name)
    if (parsed) yield parsed
  }
}

/** A device's versions and what is left of forgotten ones, by seq. */
export async function readChain(storage: Storage, device: DeviceId): Promise<readonly ChainEntry[]> {
  const chain: ChainEntry[] = []
  for await (const { name } of storage.list(`${snapshotFolder}/${device}`)) {
    const isGone = name.endsWith(goneSuffix)
    const parsed = parseSnapshotFileName(isGone ? name.slice(0, -goneSuffix.length) : name)
    if (parsed) chain.push({ ...parsed, isLive: !isGone })
  }
  return chain.sort((a, b) => a.seq - b.seq)
}

/** @throws FormatError `snapshot-damaged` when it is not what its name says, StorageError `absent` */
export async function readSnapshot(storage: Storage, name: SnapshotName): Promise<{ bytes: Buffer; file: SnapshotFile }> {
  const bytes = await storage.read(snapshotFileName(name))
  const file = readSnapshotFile(bytes)
  const { device, seq } = file.envelope
  if (file.id !== name.id || device !== name.device || seq !== name.seq)
    throw new FormatError('snapshot-damaged', `${snapshotFileName(name)} holds another version than its name says`)
  return { bytes, file }
}

/** Durable before the version itself goes: whatever happens in between, the chain stays whole. */
export async function forgetSnapshot(storage: Storage, name: SnapshotName): Promise<void> {
  const { file } = await readSnapshot(storage, name)
  await storage.put(snapshotFileName(name) + goneSuffix, encodeGoneFile(file))
  await storage.remove(snapshotFileName(name))
}
