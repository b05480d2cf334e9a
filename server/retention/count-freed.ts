/**
 * What it frees when some versions go: the bytes on disk of packs that only they need, counted without keys the way prune will
 * (one mark, two owners); undefined where a folder's names cannot be told. Bytes that stay in packs beside needed ones come free later, when prune repacks those.
 */
import type { SnapshotId } from '../../engine/index.ts'
import type { PackNumber } from '../packs/pack.ts'
import { filesBytes } from '../prune/pack-facts.ts'
import { type CollectedPacks, type OwnersAsked, visitReached } from './visit-reached.ts'

export interface FreedBytes {
  /** Of whole files that nobody needs then, to the byte. */
  readonly freedBytes: number
  /** Of records that nobody needs then, in files that stay for others. */
  readonly looseBytes: number
}

const owners = { staying: 1, going: 2 } as const

export async function countFreed(
  options: Omit<OwnersAsked, 'ownerOf'> & { readonly going: ReadonlySet<SnapshotId> },
): Promise<FreedBytes | undefined> {
  const { going } = options
  if (going.size === 0) return { freedBytes: 0, looseBytes: 0 }
  const use = new Map<PackNumber, Use>()
  const ownerOf = (version: SnapshotId) => (going.has(version) ? owners.going : owners.staying)
  const packs = await visitReached({ ...options, ownerOf }, ({ owners: reachedBy, pack, lengthBytes }) => {
    const known = use.get(pack) ?? { stayingBytes: 0, goingBytes: 0 }
    use.set(pack, known)
    if ((reachedBy & owners.staying) !== 0) known.stayingBytes += lengthBytes
    else known.goingBytes += lengthBytes
  })
  return packs && sumUp(use, packs)
}

interface Use {
  stayingBytes: number
  goingBytes: number
}

function sumUp(use: ReadonlyMap<PackNumber, Use>, packs: CollectedPacks): FreedBytes {
  let freedBytes = 0
  let looseBytes = 0
  for (const [number, { stayingBytes, goingBytes }] of use) {
    if (stayingBytes === 0) freedBytes += filesBytes(packs.get(number)!)
    else looseBytes += goingBytes
  }
  return { freedBytes, looseBytes }
}
