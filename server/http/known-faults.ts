import { HTTPException } from 'hono/http-exception'
import { uploadProblems } from '../agent-api/upload-problems.ts'
import { switchProblems } from '../backup-switches/switch-problems.ts'
import { basketProblems } from '../baskets/basket-problems.ts'
import { catalogueProblems } from '../catalogue/catalogue-problems.ts'
import { choreProblems } from '../chores/chore-problems.ts'
import { copyProblems } from '../copies/copy-problems.ts'
import { customerProblems } from '../customers/customer-problems.ts'
import { databaseProblems } from '../database/database-problems.ts'
import { deviceProblems } from '../devices/device-problems.ts'
import { drillProblems } from '../drills/drill-problems.ts'
import { enrolmentProblems } from '../enrolments/enrolment-problems.ts'
import { glassProblems } from '../glass/glass-problems.ts'
import { identityProblems } from '../identities/identity-problems.ts'
import { invitationProblems } from '../invitations/invitation-problems.ts'
import { keyCareProblems } from '../key-care/key-care-problems.ts'
import { letterProblems, mailProblems } from '../mail/mail-problems.ts'
import { memberProblems } from '../members/member-problems.ts'
import { moveProblems } from '../moves/move-problems.ts'
import { orderProblems } from '../orders/order-problems.ts'
import { outboxProblems } from '../outbox/outbox-problems.ts'
import { pruneProblems, pruneRefusals } from '../prune/prune-problems.ts'
import { rebuildProblems } from '../rebuild/rebuild-problems.ts'
import { recoveryProblems } from '../recovery/recovery-problems.ts'
import { formatProblems, repositoryProblems } from '../repositories/repository-problems.ts'
import { restoreProblems } from '../restore-orders/restore-problems.ts'
import { retentionProblems } from '../retention/retention-problems.ts'
import { searchProblems } from '../search/search-problems.ts'
import { selfBackupProblems } from '../self-backups/self-backup-problems.ts'
import { setupProblems } from '../setup/setup-problems.ts'
import { shareProblems } from '../shares/share-problems.ts'
import { skipProblems } from '../skips/skip-problems.ts'
import { licenceProblems, planProblems } from '../subscriptions/licence-problems.ts'
import { tokenProblems } from '../tokens/token-problems.ts'
import { jobsProblems } from '../told-jobs/jobs-problems.ts'
import { userProblems } from '../users/user-problems.ts'
import { versionNoteProblems } from '../version-notes/version-note-problems.ts'
import { webhookProblems } from '../webhooks/webhook-problems.ts'
import { workerPoolProblems } from '../worker-pool/worker-pool-problems.ts'
import type { ProblemFinder } from './fault-table.ts'
import { Problem } from './problem.ts'
import type { ProblemCode } from './problem-catalogue.ts'

/** One table per area, each beside its area's routes. An error that no table knows is a defect and answers HF-INTERNAL. */
const faultTables: readonly ProblemFinder[] = [
  httpExceptionProblem,
  databaseProblems,
  userProblems,
  tokenProblems,
  invitationProblems,
  memberProblems,
  glassProblems,
  customerProblems,
  copyProblems,
  switchProblems,
  licenceProblems,
  planProblems,
  restoreProblems,
  setupProblems,
  deviceProblems,
  drillProblems,
  enrolmentProblems,
  identityProblems,
  repositoryProblems,
  keyCareProblems,
  formatProblems,
  catalogueProblems,
  workerPoolProblems,
  searchProblems,
  uploadProblems,
  choreProblems,
  moveProblems,
  orderProblems,
  jobsProblems,
  skipProblems,
  basketProblems,
  shareProblems,
  mailProblems,
  webhookProblems,
  letterProblems,
  outboxProblems,
  selfBackupProblems,
  recoveryProblems,
  retentionProblems,
  versionNoteProblems,
  pruneProblems,
  pruneRefusals,
  rebuildProblems,
]

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  for (const findProblem of faultTables) {
    const problem = findProblem(error)
    if (problem !== undefined) return problem
  }
  return new Problem('HF-INTERNAL', { cause: error })
}

const codeOfHttpStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'HF-MALFORMED',
  404: 'HF-NOT-FOUND',
  413: 'HF-BODY-TOO-LARGE',
  415: 'HF-UNSUPPORTED-TYPE',
}

/** What Hono and its validators throw by themselves. */
function httpExceptionProblem(error: unknown): Problem | undefined {
  if (!(error instanceof HTTPException)) return undefined
  return new Problem(codeOfHttpStatus[error.status] ?? 'HF-INTERNAL', { cause: error })
}
