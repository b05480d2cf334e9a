/** Plans and results in words, for the command and for the chore's line. */
import { bytesText } from './bytes-text.ts'
import type { PackSum, PruneDone, PruneOutlook } from './prune.ts'
import { refusalText } from './prune.ts'
import type { PruneReportBody, RepositoryPruned } from './prune-order.ts'

/** A sentence. */
export function summaryOf({ kind, repositories }: PruneReportBody): string {
  const refused = repositories.filter(({ refusal, isRebuildNeeded }) => refusal !== undefined || isRebuildNeeded === true).length
  const notDone = refused === 0 ? '' : ` Refused for ${refused} of ${repositories.length} accounts.`
  if (kind === 'plan') {
    const bytes = repositories.reduce((sum, { outlook }) => sum + (outlook?.freedBytes ?? 0), 0)
    return `Planned: ${bytesText(bytes)} would leave the stored files.${notDone}`
  }
  const done = repositories.flatMap((repository) => repository.done ?? [])
  const sum = (bytesOf: (one: PruneDone) => number) => done.reduce((bytes, one) => bytes + bytesOf(one), 0)
  const freed = sum(({ diskFreedBytes }) => diskFreedBytes)
  const waiting = sum(({ trashed, repacked }) => trashed.bytes + repacked.bytes)
  return `${bytesText(freed)} freed on the disk, ${bytesText(waiting)} put into the trash.${notDone}`
}

export function pruneText(report: PruneReportBody, nameOf: (repository: RepositoryPruned) => string): string {
  const parts = report.repositories.map((repository) => [nameOf(repository), ...linesOf(repository)].join('\n  '))
  return [...parts, summaryOf(report)].join('\n\n')
}

function linesOf({ outlook, done, refusal, isRebuildNeeded }: RepositoryPruned): readonly string[] {
  if (isRebuildNeeded) return ['The database is older than the stored files: run `holdfast rebuild`.']
  if (refusal !== undefined) return [`Refused: ${refusalText(refusal)}`]
  return [...(done === undefined ? [] : doneLines(done)), ...(outlook === undefined ? [] : outlookLines(outlook))]
}

function doneLines(done: PruneDone): readonly string[] {
  return [
    line('Condemned', done.condemned),
    line('Needed after all', done.restored),
    line('Put into the trash', done.trashed),
    line('Taken apart and put together', done.repacked),
    line('Removed for good', done.purged),
    `Free again on the disk: ${bytesText(done.diskFreedBytes)}`,
  ]
}

function outlookLines(outlook: PruneOutlook): readonly string[] {
  return [
    line('Stored', outlook.stored),
    `Needed by ${outlook.versions} versions: ${bytesText(outlook.liveBytes)} of ${bytesText(outlook.recordBytes)}`,
    line('Kept for running and interrupted backups', outlook.held),
    line('Would be condemned', outlook.condemn),
    line('Would go into the trash', outlook.trash),
    line('Would be put together anew', outlook.repack),
    line('Would be removed for good', outlook.purge),
    `Would leave the stored packs: ${bytesText(outlook.freedBytes)}`,
    `Could go without any wait: ${bytesText(outlook.reclaimableBytes)}`,
  ]
}

function line(words: string, { packs, bytes }: PackSum): string {
  return `${words}: ${packs} packs, ${bytesText(bytes)}`
}
