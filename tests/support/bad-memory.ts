// A computer whose memory fails between the naming of a record and its sealing: what it sends is a proper pack, and one record in
// it holds other bytes than its id says. Only whoever has the key can see that.

import { createHash, randomBytes } from 'node:crypto'
import {
  type BackupTarget,
  deriveKeys,
  openRecord,
  type RepositorySecrets,
  readWholePackIndex,
  type SealedPack,
} from '../../engine/index.ts'
import { PackWriter } from '../../engine/repository/pack-writer.ts'

/** The first record of every pack of that kind goes wrong. `spoiled` collects their ids, in hexadecimal. */
export function withBadMemory(
  target: BackupTarget,
  options: { readonly secrets: RepositorySecrets; readonly kind?: 'data' | 'tree'; readonly spoiled?: string[] },
): BackupTarget {
  return {
    readRecords: (ids, signal) => target.readRecords(ids, signal),
    listSnapshots: () => target.listSnapshots(),
    readSnapshot: (id) => target.readSnapshot(id),
    openSession: async (request) => {
      const session = await target.openSession(request)
      return {
        head: session.head,
        closureEpoch: session.closureEpoch,
        isParentHeld: session.isParentHeld,
        filter: () => session.filter(),
        have: (ids) => session.have(ids),
        commit: (file, how) => session.commit(file, how),
        abort: (reason) => session.abort(reason),
        putPack: (pack) => session.putPack(pack.kind === (options.kind ?? 'data') ? spoil(pack, options) : pack),
      }
    },
  }
}

/** The same pack with a flipped bit in the plaintext of its first record, properly sealed under the old id. */
export function spoil(
  pack: SealedPack,
  { secrets, spoiled }: { readonly secrets: RepositorySecrets; readonly spoiled?: string[] },
): SealedPack {
  const keys = deriveKeys(secrets)
  const writer = new PackWriter(Buffer.alloc(pack.bytes.length + 1024 ** 2), keys, pack.kind)
  for (const [index, { offset, length }] of readWholePackIndex(pack.bytes).entries.entries()) {
    const { header, refs, plaintext } = openRecord(pack.bytes.subarray(offset, offset + length), keys)
    const written = Buffer.from(plaintext)
    if (index === 0) {
      written[written.length - 1]! ^= 0x04
      spoiled?.push(header.chunkId.toString('hex'))
    }
    const { type, chunkId } = header
    writer.add({ type, chunkId, plaintext: written, refs, compression: 'fast', salt: randomBytes(32) })
  }
  const bytes = Buffer.from(writer.finish().bytes)
  return { id: createHash('sha256').update(bytes).digest('hex') as SealedPack['id'], kind: pack.kind, bytes }
}
