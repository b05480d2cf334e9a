/** Second copies as their pages show them. Pure. */
import { countOf } from '../../views/format/count.ts'
import { whenInSentence } from '../../views/format/when.ts'
import type { CopyMoreProps } from '../../views/pages/copy.ts'
import type { NextProps } from '../../views/pages/home.ts'
import type { CopyProps, CopyState } from '../../views/partials/copies-list.ts'
import type { CopySettingsProps } from '../../views/partials/copy-settings.ts'
import type { Reader } from '../../views/reader.ts'
import type { CopyStatus } from './copies-service.ts'
import { type Copy, type CopyPhase, hasFindings } from './copy.ts'
import { resultText } from './copy-words.ts'

export const copiesPath = '/storage/copies'
export const copyPath = (copyId: Copy['copyId']) => `${copiesPath}/${copyId}`

const phaseWords: Readonly<Record<CopyPhase, string>> = {
  looking: 'Looking at both sides',
  copying: 'Copying',
  'reading-back': 'Reading the copy back',
}

export function copyProps(status: CopyStatus): CopyProps {
  const { copy, history, lag, progress, dueAt } = status
  return {
    name: copy.name,
    path: copyPath(copy.copyId),
    folder: copy.address.folder,
    state: stateOf(status),
    asOfMs: lag.asOf,
    missingBytes: lag.bytes,
    missingVersions: lag.versions,
    storedBytes: lag.copiedBytes,
    nextAtMs: dueAt,
    result: history.result === undefined ? '' : resultText('Last run', history.result),
    progress: progress && {
      words: phaseWords[progress.phase],
      bytes: progress.bytes,
      bytesTotal: progress.phase === 'copying' ? progress.bytesTotal : 0,
      sinceMs: status.runningSince ?? 0,
    },
  }
}

export function copyMoreProps({ history }: CopyStatus): CopyMoreProps {
  return {
    comparedAtMs: history.listedAt,
    readAllSinceMs: history.readAllAt,
    freeBytes: history.result?.freeBytes,
    unknownFiles: history.result?.unknownFiles ?? 0,
  }
}

/** On Home: when it is brought up to date, and how old it is until then. */
export function copyNextProps({ copy, lag, dueAt }: CopyStatus, reader: Reader): NextProps {
  const missing = lag.versions === 0 ? 'it lacks no version' : `it lacks ${countOf(reader, lag.versions, 'version')}`
  const more =
    lag.asOf === undefined ? 'Never finished yet' : `As of ${whenInSentence(reader, lag.asOf).replace(/^on /, '')}; ${missing}`
  return {
    words: `Second copy “${copy.name}”`,
    more,
    ...(dueAt === undefined ? {} : { atMs: Math.max(dueAt, reader.nowMs) }),
  }
}

const MiB = 1024 ** 2

export function settingsProps({ name, schedule, limitBytesPerSecond, isPaused }: Copy): CopySettingsProps {
  return {
    name,
    everyHours: String(schedule.everyHours),
    atHour: schedule.atHour === undefined ? '' : String(schedule.atHour),
    limitMiB: limitBytesPerSecond === undefined ? '' : String(Math.max(1, Math.round(limitBytesPerSecond / MiB))),
    isPaused,
  }
}

function stateOf({ copy, history, lag, isTooOld, progress }: CopyStatus): CopyState {
  if (progress !== undefined) return 'running'
  if (history.result?.outcome === 'failed') return 'failed'
  if (isTooOld) return 'old'
  if (history.result !== undefined && hasFindings(history.result.findings)) return 'damaged'
  if (lag.asOf === undefined && lag.packs > 0) return 'first'
  return copy.isPaused ? 'paused' : 'ok'
}
