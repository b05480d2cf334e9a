/** What a run did and found, in sentences for alarms, pages and commands: people there know files, and no packs. Pure. */
import { sizeText } from '../../views/format/size.ts'
import type { CopyStatus } from './copies-service.ts'
import type { CopyFindings, CopyRunResult } from './copy.ts'

const words = { locale: 'en-GB', timeZone: 'UTC', nowMs: 0 }

const findingWords: Readonly<Record<keyof CopyFindings, readonly [one: string, many: string]>> = {
  damagedHere: ['file of the box is damaged', 'files of the box are damaged'],
  missingHere: ['file of the box is missing', 'files of the box are missing'],
  unreadableHere: ['version or mark of the box is damaged', 'versions or marks of the box are damaged'],
  lostThere: ['file was missing in the copy', 'files were missing in the copy'],
  damagedThere: ['file was damaged in the copy', 'files were damaged in the copy'],
}

export function findingsText(findings: CopyFindings): string {
  const parts = (Object.keys(findingWords) as (keyof CopyFindings)[])
    .filter((what) => findings[what] > 0)
    .map((what) => `${findings[what]} ${findingWords[what][findings[what] === 1 ? 0 : 1]}`)
  return parts.length === 0 ? '' : `${parts.join(', ')}.`
}

export function bytesText(bytes: number): string {
  return sizeText(words, bytes).replace('\u00a0', ' ')
}

export function resultText(name: string, result: CopyRunResult): string {
  const { outcome, packs, bytes, files, removedPacks, readBackBytes, findings, problem } = result
  if (outcome === 'failed') return `${name}: failed. ${problem?.detail ?? ''}`.trim()
  const parts = [
    outcome === 'cancelled' ? 'stopped before its end' : undefined,
    packs === 0 && files === 0 ? 'nothing new' : `${bytesText(bytes)} in ${count(packs + files, 'file')} copied`,
    removedPacks === 0 ? undefined : `${count(removedPacks, 'file')} removed`,
    readBackBytes === 0 ? undefined : `${bytesText(readBackBytes)} read back`,
  ]
  return `${name}: ${parts.filter((part) => part !== undefined).join(', ')}. ${findingsText(findings)}`.trim()
}

/** A few lines for a terminal. */
export function statusText({ copy, history, lag, isTooOld, dueAt, progress }: CopyStatus): string {
  const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const age = lag.asOf === undefined ? 'was never finished' : `is of ${time(lag.asOf)}`
  const lacks =
    lag.packs === 0 && lag.versions === 0
      ? 'lacks nothing'
      : `lacks ${bytesText(lag.bytes)} and ${count(lag.versions, 'version')}`
  const next =
    progress === undefined
      ? dueAt === undefined
        ? 'paused'
        : dueAt === 0
          ? 'next: at once'
          : `next: ${time(dueAt)}`
      : 'running now'
  return [
    `${copy.name}  (${copy.copyId})`,
    `  ${copy.address.folder}`,
    `  The copy ${age}${isTooOld ? ', which is too old' : ''}; it ${lacks}. ${bytesText(lag.copiedBytes)} in ${count(lag.copiedPacks, 'file')} there.`,
    `  ${next}`,
    ...(history.result === undefined ? [] : [`  Last run: ${resultText(copy.name, history.result)}`]),
  ].join('\n')
}

function count(number: number, one: string): string {
  return `${number.toLocaleString('en-GB')} ${one}${number === 1 ? '' : 's'}`
}
