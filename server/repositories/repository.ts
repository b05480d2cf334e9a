/** A customer's repository: one encrypted, deduplicated store of versions, and the counters by which the box keeps it honest. */
import type { RepositoryUid } from '../../engine/index.ts'
import type { Id } from '../runtime/ids.ts'

/** The key of mass rows; never leaves the box. Files and people know a repository by its uid and its customer. */
export type RepositoryId = number

export interface Repository {
  readonly repositoryId: RepositoryId
  readonly uid: RepositoryUid
  readonly customerId: Id<'cus'>
  /** Rises whenever anything stored was found lost: what was concluded before it must be asked again. */
  readonly closureEpoch: number
  /** Of the collector: compared with the file `generation`, so that an old dump over newer files is noticed. */
  readonly generation: number
  readonly createdAt: number
}
