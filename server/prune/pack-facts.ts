/** Rows, mark and claims together: the facts that the plan is made from. Pure. */
import { type Claims, isGivenUp, isHeld, type PackFacts, type PrunePlan } from '../../engine/index.ts'
import type { PackNumber } from '../packs/pack.ts'
import type { PackUse } from './mark-repository.ts'
import { addSums, nothing, type PackSum, type PruneOutlook, sumOf } from './prune.ts'
import type { CollectedPack } from './prune-table.ts'

export function factsOf(
  packs: Iterable<CollectedPack>,
  known: { readonly use: ReadonlyMap<PackNumber, PackUse>; readonly claims: Claims; readonly observedMs: number },
): readonly PackFacts[] {
  const facts: PackFacts[] = []
  for (const pack of packs) {
    const { state } = pack
    if (state !== 'stored' && state !== 'condemned' && state !== 'trashed') continue
    const use = known.use.get(pack.pack)
    facts.push({
      pack: pack.pack,
      kind: pack.kind,
      state,
      sizeBytes: filesBytes(pack),
      records: pack.records,
      recordBytes: pack.recordBytes,
      liveBytes: use?.liveBytes ?? 0,
      isHeld: isHeld(pack, known.claims),
      isGivenUp: isGivenUp(pack, known.claims),
      isHurt: (use?.badRecords ?? 0) > 0,
      waitedMs: pack.waitsSince === undefined ? 0 : Math.max(0, known.observedMs - pack.waitsSince),
    })
  }
  return facts
}

/** Tree packs lie twice. */
export function filesBytes(pack: Pick<CollectedPack, 'kind' | 'sizeBytes'>): number {
  return pack.kind === 'tree' ? 2 * pack.sizeBytes : pack.sizeBytes
}

/** Whether anybody had to do with a pack since it was read. */
export function isUntouched(before: CollectedPack | undefined, now: CollectedPack): boolean {
  return before?.state === now.state && before.stateAt === now.stateAt && before.claimSeq === now.claimSeq
}

export function outlookOf(of: {
  readonly facts: readonly PackFacts[]
  readonly plan: PrunePlan
  readonly freedBytes: number
  readonly versions: number
}): PruneOutlook {
  const { facts, plan } = of
  const byNumber = new Map(facts.map((pack) => [pack.pack, pack]))
  const sum = (packs: readonly PackNumber[]): PackSum => sumOf(packs.flatMap((pack) => byNumber.get(pack) ?? []))
  const present = facts.filter(({ state }) => state !== 'trashed')
  const dead = facts.filter((pack) => pack.state === 'condemned' && pack.liveBytes === 0 && !pack.isHeld)
  const trashed = sumOf(facts.filter(({ state }) => state === 'trashed'))
  const repack = sum(plan.repack.flatMap(({ packs }) => packs))
  const condemn = sum(plan.condemn)
  const repackedDeadBytes = of.freedBytes - sum(plan.trash).bytes
  return {
    versions: of.versions,
    stored: sumOf(present),
    liveBytes: present.reduce((bytes, { liveBytes }) => bytes + liveBytes, 0),
    recordBytes: present.reduce((bytes, { recordBytes }) => bytes + recordBytes, 0),
    held: sumOf(present.filter((pack) => pack.isHeld && pack.liveBytes === 0)),
    condemned: sumOf(dead),
    trashed,
    condemn,
    restore: sum(plan.restore),
    trash: sum(plan.trash),
    repack,
    purge: sum(plan.purge),
    freedBytes: of.freedBytes,
    reclaimableBytes: [condemn, sumOf(dead), trashed].reduce(addSums, nothing).bytes + repackedDeadBytes,
  }
}
