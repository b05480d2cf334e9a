import type { BackupProgress } from '../../engine/index.ts'
import type { ProgressOf, TellingApi, ToldProgress } from '../link/telling-api.ts'
import { speedMeter } from '../output/speed-meter.ts'

/*
 * Tells the box about once a second how far a backup is, or a restore. A word that does not arrive is not said again, and a box that does not answer
 * does not slow the work down: the next second has its own word. The answer may be that somebody wants it stopped.
 */
export interface ProgressTeller extends AsyncDisposable {
  note(progress: ToldAmounts): void
}

export type ToldAmounts = Omit<ToldProgress, 'bytesPerSecond' | 'isEnded'>

const everyMs = 1000
const answerWithinMs = 5000

export function openProgressTeller(options: {
  readonly api: TellingApi
  readonly run: ProgressOf
  readonly now: () => number
  readonly onCancel: () => void
}): ProgressTeller {
  const { api, run, now, onCancel } = options
  const meter = speedMeter(now())
  let newest: ToldAmounts | undefined
  let ticket: string | undefined
  let telling: Promise<void> | undefined

  const tell = async (isEnded: boolean) => {
    const signal = AbortSignal.timeout(answerWithinMs)
    ticket ??= await api.openProgress(run, signal)
    if (newest === undefined && !isEnded) return
    const bytesPerSecond = Math.round(meter.note(newest?.bytesDone ?? 0, now()))
    const answer = await api.tellProgress(ticket, { ...(newest ?? nothingYet), bytesPerSecond, isEnded }, signal)
    if (answer === undefined) ticket = undefined
    if (answer?.isCancelled === true) onCancel()
  }
  const attempt = (isEnded: boolean) => {
    telling ??= tell(isEnded)
      .catch(() => {})
      .finally(() => {
        telling = undefined
      })
    return telling
  }
  const timer = setInterval(() => void attempt(false), everyMs)
  void attempt(false)
  return {
    note(progress) {
      newest = progress
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await telling
      if (ticket !== undefined) await attempt(true)
    },
  }
}

const nothingYet: ToldAmounts = { phase: 'scanning', filesDone: 0, filesTotal: null, bytesDone: 0, bytesTotal: null }

export function toldBackup(progress: BackupProgress): ToldAmounts {
  const { phase, filesDone, filesSeen, bytesDone, bytesSeen, bytesExpected, isWalkComplete } = progress
  return {
    phase,
    filesDone,
    filesTotal: isWalkComplete ? filesSeen : null,
    bytesDone,
    bytesTotal: (isWalkComplete ? bytesSeen : bytesExpected) ?? null,
  }
}
