// All versions: whole in themselves, and each device's chain without a hole.

import type { RepositoryKeys } from '../crypto/keys.ts'
import { goneSuffix, readGoneFile } from '../format/gone-file.ts'
import { readSnapshotBody } from '../format/snapshot-body.ts'
import { type SnapshotEnvelope, snapshotFileName } from '../format/snapshot-envelope.ts'
import { FormatError, StorageError } from '../model/errors.ts'
import type { DeviceId, SnapshotId } from '../model/ids.ts'
import { openRecord } from '../repository/record.ts'
import { type ChainEntry, readChain, readSnapshot, snapshotFolder } from '../repository/snapshot-files.ts'
import type { Storage } from '../storage/storage.ts'
import type { BoundedList, CheckFinding } from './check-report.ts'

export interface CheckedSnapshot {
  readonly id: SnapshotId
  readonly envelope: SnapshotEnvelope
}

export async function checkSnapshots(
  storage: Storage,
  keys: RepositoryKeys | undefined,
  findings: BoundedList<CheckFinding>,
): Promise<readonly CheckedSnapshot[]> {
  const found: CheckedSnapshot[] = []
  for (const device of await listDevices(storage)) {
    let before: ChainEntry | undefined
    for (const entry of await readChain(storage, device)) {
      const file = snapshotFileName(entry) + (entry.isLive ? '' : goneSuffix)
      const envelope = await readEnvelopeOf(storage, entry, keys).catch((error: unknown) => {
        if (!isDamage(error)) throw error
        findings.add({ fault: 'snapshot-damaged', file, detail: error.message })
        return undefined
      })
      if (envelope && before && envelope.previous !== before.id)
        findings.add({
          fault: 'chain-broken',
          file,
          detail: `it follows ${envelope.previous ?? 'nothing'}, before it lies ${before.id}`,
        })
      if (envelope && entry.isLive) found.push({ id: entry.id, envelope })
      before = entry
    }
  }
  return found
}

async function readEnvelopeOf(storage: Storage, entry: ChainEntry, keys: RepositoryKeys | undefined): Promise<SnapshotEnvelope> {
  if (!entry.isLive) {
    const gone = readGoneFile(await storage.read(snapshotFileName(entry) + goneSuffix))
    if (gone.id !== entry.id) throw new FormatError('snapshot-damaged', 'it is what is left of another version')
    return gone.envelope
  }
  const { file } = await readSnapshot(storage, entry)
  if (keys) readSnapshotBody(openRecord(file.record, keys, file.envelopeBytes).plaintext)
  return file.envelope
}

async function listDevices(storage: Storage): Promise<readonly DeviceId[]> {
  const devices = new Set<DeviceId>()
  for await (const { name } of storage.list(snapshotFolder)) devices.add(name.split('/')[1] as DeviceId)
  return [...devices]
}

function isDamage(error: unknown): error is Error {
  return error instanceof FormatError || (error instanceof StorageError && (error.fault === 'broken' || error.fault === 'absent'))
}
