/** Repair of everything that checks found, then a look whether it is whole. */
import { forEachRepository } from '../checks/check-all.ts'
import type { ChecksService } from '../checks/checks-service.ts'
import type { Database } from '../database/database.ts'
import type { RepairReport } from './repair.ts'
import { nothingRepaired } from './repair.ts'
import type { RepairService } from './repair-service.ts'

export interface RepairedBox extends Omit<RepairReport, 'packs'> {
  /** What is still wrong. */
  readonly damageCount: number
}

export async function repairAll(options: {
  readonly database: Database
  readonly checks: ChecksService
  readonly repair: RepairService
  readonly onProgress: (done: { readonly packs: number }) => void
  readonly signal: AbortSignal
}): Promise<RepairedBox> {
  const { database, checks, repair, onProgress, signal } = options
  const { packs: _, ...nothing } = nothingRepaired
  let sum: RepairedBox = { ...nothing, damageCount: 0 }
  await forEachRepository(database, signal, async (repository) => {
    const [found] = await checks.list([repository.repositoryId])
    const report = await repair.repair(repository, { also: found?.halfDamaged ?? [], onProgress, signal })
    const { damageCount } = await checks.check(repository, { reading: 'due', signal })
    sum = {
      healed: sum.healed + report.healed,
      moved: sum.moved + report.moved,
      putAside: sum.putAside + report.putAside,
      gone: sum.gone + report.gone,
      recordsSaved: sum.recordsSaved + report.recordsSaved,
      recordsLost: sum.recordsLost + report.recordsLost,
      damageCount: sum.damageCount + damageCount,
    }
  })
  return sum
}

export function repairSentence({ healed, moved, recordsSaved, recordsLost }: Omit<RepairReport, 'packs'>): string {
  const parts = [
    ...(healed > 0 ? [`${packs(healed)} healed`] : []),
    ...(moved > 0 ? [`${records(recordsSaved)} saved out of ${packs(moved)}`] : []),
    ...(recordsLost > 0
      ? [`${records(recordsLost)} no copy holds: the next backup sends them again where the computer has them`]
      : []),
  ]
  return parts.length === 0 ? 'There was nothing to repair.' : `${parts.join('; ')}.`
}

function packs(count: number): string {
  return `${count} ${count === 1 ? 'pack' : 'packs'}`
}

function records(count: number): string {
  return `${count} ${count === 1 ? 'record' : 'records'}`
}
