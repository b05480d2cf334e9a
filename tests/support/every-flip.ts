// The property behind "every bit flip and every truncation is found": a pack file of 64 KiB, changed in every way by one bit, and cut
// at every length, each put before the check that the box runs. Without keys: whoever has none must see it too, and with keys the
// check does the same and more.

import { randomBytes } from 'node:crypto'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deriveKeys, type PackKind, type RepositorySecrets, recordTypes } from '../../engine/index.ts'
import { PackWriter } from '../../engine/repository/pack-writer.ts'
import { refsOfPlaintext } from '../../engine/repository/refs.ts'
import { checkPack } from '../../server/checks/check-pack.ts'

export interface FlipCount {
  readonly packBytes: number
  readonly flips: number
  readonly flipsFound: number
  readonly truncations: number
  readonly truncationsFound: number
  /** Places that nobody noticed: `bit 3 of byte 17`, `cut at 40`. */
  readonly unseen: readonly string[]
}

/** `bits`: all eight of each byte, or one by chance. `stride` 7: every seventh byte and length, from a first one by chance. */
export function countFlipsFound(options: {
  readonly kind: PackKind
  readonly bits: 'all' | 'one'
  readonly stride?: number
  readonly shouldStop?: () => boolean
}): FlipCount {
  const { kind, bits, stride = 1, shouldStop = () => false } = options
  const first = randomBytes(1)[0]! % stride
  const secrets: RepositorySecrets = { uid: randomBytes(16), dedupKey: randomBytes(32), encryptionKeys: [randomBytes(32)] }
  const pack = packOf64KiB(kind, secrets)
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-flips-'))
  const path = join(folder, 'pack')
  writeFileSync(path, pack)
  const file = openSync(path, 'r+')
  const isFound = () => {
    const { output } = checkPack({ secrets: undefined, uid: secrets.uid, file: path, kind, isDataRead: true })
    return output.kind === 'read' && (output.damage !== undefined || output.damagedRecords.length > 0)
  }
  const count = { flips: 0, flipsFound: 0, truncations: 0, truncationsFound: 0, unseen: [] as string[] }
  try {
    if (isFound()) throw new Error('the pack is damaged before anything was done to it')
    for (let at = first; at < pack.length && !shouldStop(); at += stride) {
      const chosen = bits === 'all' ? [0, 1, 2, 3, 4, 5, 6, 7] : [randomBytes(1)[0]! & 7]
      for (const bit of chosen) {
        writeSync(file, Buffer.of(pack[at]! ^ (1 << bit)), 0, 1, at)
        count.flips += 1
        if (isFound()) count.flipsFound += 1
        else count.unseen.push(`bit ${bit} of byte ${at}`)
      }
      writeSync(file, pack, at, 1, at)
    }
    for (let length = pack.length - 1 - first; length >= 0 && !shouldStop(); length -= stride) {
      ftruncateSync(file, length)
      count.truncations += 1
      if (isFound()) count.truncationsFound += 1
      else count.unseen.push(`cut at ${length}`)
    }
    return { packBytes: pack.length, ...count }
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
}

const wantedBytes = 64 * 1024
const dataBytes = 4000
const refsPerList = 30

/** As near to 64 KiB as whole records come. */
function packOf64KiB(kind: PackKind, secrets: RepositorySecrets): Buffer {
  const keys = deriveKeys(secrets)
  const writer = new PackWriter(Buffer.alloc(wantedBytes), keys, kind)
  const type = kind === 'data' ? recordTypes.data : recordTypes.list
  for (;;) {
    const plaintext = kind === 'data' ? randomBytes(dataBytes) : listOf(refsPerList)
    const refs = refsOfPlaintext(type, plaintext)
    if (!writer.hasRoomFor(plaintext.length, refs.length)) break
    writer.add({ type, chunkId: keys.chunkId(type, plaintext), plaintext, refs, compression: 'default', salt: randomBytes(32) })
  }
  return Buffer.from(writer.finish().bytes)
}

/** A list of level 0 that names data chunks of 20 bytes. */
function listOf(items: number): Buffer {
  const item = () => Buffer.concat([Buffer.of(20), randomBytes(32)])
  return Buffer.concat([Buffer.of(0, items), ...Array.from({ length: items }, item)])
}
