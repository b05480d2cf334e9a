/**
 * Disk use at the end of a bed's life, whatever fell in it: when everything but the newest version is forgotten and collected, what lies
 * there is what a new box needs for the same folder, and a tenth, which the collector leaves lie.
 */
import { join } from 'node:path'
import { type Bed, backupWords, openBed } from './bed.ts'
import { planPrune } from './histories.ts'
import { listVersions } from './judge.ts'
import { letVersionsGo } from './let-go.ts'
import { placeOf, storedBytes } from './stored-files.ts'
import { passDays } from './time-travel.ts'

export interface Baseline {
  readonly usedBytes: number
  readonly neededBytes: number
}

/** Of the live bytes; see docs/decisions/0028. */
const deadShare = 0.1

export function isBackToBaseline({ usedBytes, neededBytes }: Baseline): boolean {
  return usedBytes <= neededBytes * (1 + deadShare)
}

export async function measureBaseline(bed: Bed): Promise<Baseline> {
  bed.steps.begin('baseline: forget and collect')
  await bed.backUp()
  const unknown = (await listVersions(bed)).filter((id) => !bed.acknowledged.has(id))
  await letVersionsGo(bed, { keep: 1, also: unknown })
  await passDays(bed, 9)
  await bed.box.command('retention')
  await bed.box.command('prune', { now: true, confirm: String(await planPrune(bed)) })
  const usedBytes = storedBytes(placeOf(bed))
  bed.steps.begin('baseline: a new box')
  await using fresh = await openBed({ folder: join(bed.folder, 'fresh'), seed: 1, steps: bed.steps, source: bed.source })
  const sent = await fresh.computer.run(backupWords)
  if (sent.exitCode !== 0) throw new Error(`the backup to a new box ended with ${sent.exitCode}: ${sent.errors}`)
  return { usedBytes, neededBytes: storedBytes(placeOf(fresh)) }
}
