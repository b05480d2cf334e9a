/**
 * What is kept of a check for those who look at it later: counts, and ids of what is damaged. No name of a file: administrators read
 * it, who have no right to contents.
 */
import type { AffectedVersion, Damage, RepositoryReport } from './check.ts'
import type { CheckReading } from './plan-reading.ts'

export interface CheckFacts {
  /** The first of them. */
  readonly damage: readonly Damage[]
  /** The first of them; as ids and times. */
  readonly versions: readonly AffectedVersion[]
  readonly pathsCount: number
  readonly arePathsComplete: boolean
}

export interface CheckRecord {
  readonly reading: CheckReading
  readonly startedAt: number
  readonly endedAt: number
  readonly packs: number
  readonly bytes: number
  readonly readBytes: number
  readonly records: number
  readonly versions: number
  readonly damageCount: number
  readonly damagedVersions: number
  readonly facts: CheckFacts
}

const factsListed = 100

export function checkRecord(
  report: RepositoryReport,
  run: { readonly reading: CheckReading; readonly startedAt: number; readonly endedAt: number },
): CheckRecord {
  const { packs, bytes, readBytes, records, versions, damageCount, affectedVersions } = report
  const facts = listedInFacts({
    damage: report.damage,
    versions: affectedVersions,
    pathsCount: report.affectedPaths.length,
    arePathsComplete: report.arePathsComplete,
  })
  return { ...run, packs, bytes, readBytes, records, versions, damageCount, damagedVersions: affectedVersions.length, facts }
}

export function listedInFacts(facts: CheckFacts): CheckFacts {
  return { ...facts, damage: facts.damage.slice(0, factsListed), versions: facts.versions.slice(0, factsListed) }
}

/** For an alarm: how much, and whether anything is lost. */
export function damageSentence({ damageCount, damagedVersions, facts }: CheckRecord): string {
  const faults = `${damageCount} ${damageCount === 1 ? 'fault' : 'faults'}`
  const isOnlyCopies = facts.damage.every(({ kind }) => kind === 'copy-damaged') && damagedVersions === 0
  if (isOnlyCopies) return `${faults} in one of two files that hold the same: nothing is lost.`
  if (damagedVersions === 0) return `${faults}; every version can still be restored whole.`
  return `${faults}; ${damagedVersions} ${damagedVersions === 1 ? 'version' : 'versions'} cannot be restored whole. bin/holdfast check names the files.`
}
