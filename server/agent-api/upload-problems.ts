/** How the agents' border says what went wrong with an upload: one table per area, each fault with its code. */
import { BackupRefusedError, SessionError } from '../backup-sessions/backup-session.ts'
import { CommitError } from '../commits/commit.ts'
import { faultTable, type ProblemFinder } from '../http/fault-table.ts'
import { Problem } from '../http/problem.ts'
import { PackError } from '../packs/pack.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import { subscriptionProblem } from '../subscriptions/subscription-problems.ts'

const packProblems = faultTable(
  PackError,
  {
    damaged: 'HF-PACK-DAMAGED',
    'wrong-repository': 'HF-PACK-WRONG-REPOSITORY',
    'wrong-kind': 'HF-PACK-DAMAGED',
    'hash-mismatch': 'HF-PACK-HASH-MISMATCH',
    'too-large': 'HF-PACK-TOO-LARGE',
    'length-mismatch': 'HF-BODY-LENGTH-MISMATCH',
  },
  // What was not read is not drained either: the connection ends with the answer.
  ({ fault }) => (fault === 'too-large' || fault === 'length-mismatch' ? { headers: { connection: 'close' } } : {}),
)

const sessionProblems = faultTable(SessionError, {
  gone: 'HF-SESSION-GONE',
  'invalid-job': 'HF-VALIDATION',
  'run-done': 'HF-RUN-DONE',
  cloned: 'HF-DEVICE-CLONED',
  'no-repository': 'HF-NOT-FOUND',
})

const commitProblems = faultTable(CommitError, {
  invalid: 'HF-SNAPSHOT-INVALID',
  'too-many-rounds': 'HF-CHUNKS-MISSING',
  unsettled: 'HF-BUSY',
  'outcome-unknown': 'HF-DATABASE-DOWN',
})

const volumeProblems = faultTable(VolumeError, {
  full: 'HF-STORAGE-FULL',
  'read-only': 'HF-STORAGE-READ-ONLY',
  wrong: 'HF-STORAGE-WRONG-DISK',
  busy: 'HF-BUSY',
})

const refusalProblems: ProblemFinder = (error) => {
  if (!(error instanceof BackupRefusedError)) return undefined
  const { refusal } = error
  switch (refusal.kind) {
    case 'no-subscription':
      return new Problem('HF-LICENCE-MISSING')
    case 'quota-exceeded': {
      const { quotaBytes, usedBytes } = refusal
      return new Problem('HF-QUOTA-EXCEEDED', {
        detail: `The plan has ${quotaBytes} bytes, and ${usedBytes} are used.`,
        members: { quotaBytes, usedBytes },
      })
    }
    default:
      return subscriptionProblem(refusal)
  }
}

const finders: readonly ProblemFinder[] = [packProblems, sessionProblems, commitProblems, volumeProblems, refusalProblems]

export const uploadProblems: ProblemFinder = (error) => {
  for (const findProblem of finders) {
    const problem = findProblem(error)
    if (problem !== undefined) return problem
  }
  return undefined
}
