/** One version for each place of a device's chain. Pure. */
import type { FoundVersion } from './read-versions.ts'
import type { KnownVersion } from './versions-table.ts'

export interface ChosenVersions {
  /** In the order of their numbers. */
  readonly chosen: readonly FoundVersion[]
  readonly others: readonly FoundVersion[]
}

/**
 * Two files of one number are not written by a box: one of them came from elsewhere. The one that the database knows counts, then the
 * one that a later version names as the one before it.
 */
export function chooseVersions(found: readonly FoundVersion[], known: readonly KnownVersion[]): ChosenVersions {
  const knownBySeq = new Map(known.map(({ seq, snapshotId }) => [seq, snapshotId]))
  const named = new Set(found.map(({ envelope }) => envelope.previous))
  const bySeq = Map.groupBy(found, ({ name }) => name.seq)
  const chosen: FoundVersion[] = []
  const others: FoundVersion[] = []
  for (const [seq, versions] of [...bySeq].toSorted(([a], [b]) => a - b)) {
    const row = knownBySeq.get(seq)
    const best =
      row === undefined
        ? (versions.find(({ name }) => named.has(name.id)) ?? versions[0]!)
        : versions.find(({ name }) => name.id === row)
    for (const version of versions) (version === best ? chosen : others).push(version)
  }
  return { chosen, others }
}
