import type { Program } from '../command-line/program.ts'
import { jobsToTell } from '../daemon/told-jobs.ts'
import type { ConnectedBox } from '../link/connected-box.ts'
import { tellingApi } from '../link/telling-api.ts'
import { isDaemonRunning } from '../state/run-lock.ts'
import type { RunOutbox } from './run-outbox.ts'

const answerWithinMs = 10_000
/** What waited longer goes with the next contact. */
const sentAtMost = 20

/** After a backup by hand: what the box has not heard yet. Best effort; what does not arrive stays for the next contact. */
export async function tellBox(program: Program, box: ConnectedBox, outbox: RunOutbox): Promise<void> {
  const { state, surroundings, log } = program
  const api = tellingApi(box.link)
  const signal = AbortSignal.timeout(answerWithinMs)
  try {
    await api.tellJobs(jobsToTell(program, box.configuration.jobs, isDaemonRunning({ ...surroundings, state })), signal)
    for (const key of outbox.keys().slice(-sentAtMost)) {
      const report = outbox.read(key)
      if (report !== undefined) await api.reportRun(key, report, signal)
      outbox.remove(key)
    }
  } catch (error) {
    log.write('the box was not told', { detail: (error as Error).message })
  }
}
