/**
 * What it frees when some versions go: the bytes on disk of packs that only they need, counted without keys the way prune will
 * (one mark, two owners); undefined where a folder's names cannot be told. Bytes that stay in packs beside needed ones come free later, when prune repacks those.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { Mark, NodeIndex, type SnapshotId } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { mappingStates, type PackNumber } from '../packs/pack.ts'
import { listRoots, mappingRowBytes, readMappingRow, visitMappings } from '../prune/mark-table.ts'
import { filesBytes } from '../prune/pack-facts.ts'
import { type CollectedPack, listCollected } from '../prune/prune-table.ts'
import { readTrailer } from '../prune/read-trailer.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'

export interface FreedBytes {
  /** Of whole files that nobody needs then, to the byte. */
  readonly freedBytes: number
  /** Of records that nobody needs then, in files that stay for others. */
  readonly looseBytes: number
}

const owners = { staying: 1, going: 2 } as const

export async function countFreed(options: {
  readonly db: Queryable
  readonly repository: Repository
  readonly place: RepositoryPlace
  readonly going: ReadonlySet<SnapshotId>
  readonly signal: AbortSignal
}): Promise<FreedBytes | undefined> {
  const { db, repository, place, going } = options
  const { repositoryId } = repository
  if (going.size === 0) return { freedBytes: 0, looseBytes: 0 }
  const step = async () => {
    await yieldToOthers()
    options.signal.throwIfAborted()
  }
  const live = (await listCollected(db, repositoryId)).filter(({ state }) => state === 'stored' || state === 'condemned')
  const packs = new Map(live.map((pack) => [pack.pack, pack]))
  const roots = (await listRoots(db, repositoryId)).map(({ snapshotId, root }) => {
    return { id: root, owners: going.has(snapshotId) ? owners.going : owners.staying }
  })
  const mark = new Mark(await indexNodes(options, packs, step))
  const readPack = async (number: PackNumber) => {
    const pack = packs.get(number)
    return pack && readTrailer([place.packFile(pack.packId), place.twinPackFile(pack.packId)], repository.uid)
  }
  await mark.reach(roots, { readTrailer: readPack, onStep: step })
  if (mark.unreadable.length > 0) return undefined
  return sumUp(await countUse(options, { mark, packs, step }), packs)
}

interface Use {
  stayingBytes: number
  goingBytes: number
}

type Packs = ReadonlyMap<PackNumber, CollectedPack>
type Asked = { readonly db: Queryable; readonly repository: Repository }

async function indexNodes({ db, repository }: Asked, packs: Packs, step: () => Promise<void>): Promise<NodeIndex> {
  const nodes = new NodeIndex()
  await visitMappings(db, { repositoryId: repository.repositoryId, nodesOnly: true }, async (rows) => {
    for (let at = 0; at < rows.length; at += mappingRowBytes) {
      const { pack, state } = readMappingRow(rows, at)
      if (state !== mappingStates.bad && packs.has(pack)) nodes.add(rows.subarray(at, at + 32), pack)
    }
    await step()
  })
  return nodes
}

async function countUse(
  { db, repository }: Asked,
  { mark, packs, step }: { readonly mark: Mark; readonly packs: Packs; readonly step: () => Promise<void> },
): Promise<ReadonlyMap<PackNumber, Use>> {
  const use = new Map<PackNumber, Use>()
  await visitMappings(db, { repositoryId: repository.repositoryId, nodesOnly: false }, async (rows) => {
    for (let at = 0; at < rows.length; at += mappingRowBytes) {
      const { pack, length } = readMappingRow(rows, at)
      const reachedBy = packs.has(pack) ? mark.reached.ownersOf(rows, at) : 0
      if (reachedBy === 0) continue
      const known = use.get(pack) ?? { stayingBytes: 0, goingBytes: 0 }
      use.set(pack, known)
      if ((reachedBy & owners.staying) !== 0) known.stayingBytes += length
      else known.goingBytes += length
    }
    await step()
  })
  return use
}

function sumUp(use: ReadonlyMap<PackNumber, Use>, packs: Packs): FreedBytes {
  let freedBytes = 0
  let looseBytes = 0
  for (const [number, { stayingBytes, goingBytes }] of use) {
    if (stayingBytes === 0) freedBytes += filesBytes(packs.get(number)!)
    else looseBytes += goingBytes
  }
  return { freedBytes, looseBytes }
}
