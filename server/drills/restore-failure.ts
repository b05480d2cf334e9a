/** What it says of a backup that a file could not be brought back into the scratch folder. Pure. */

/**
 * `name`: the computer's disk can hold it and the box's cannot; `scratch`: the box's own disk or process failed, and nothing is known of the
 * file; `damage`: it does not come back.
 */
export type FailureKind = 'name' | 'scratch' | 'damage'

const ofTheName: ReadonlySet<string> = new Set(['ENAMETOOLONG', 'EILSEQ', 'unsafe-name'])
const ofTheScratch: ReadonlySet<string> = new Set([
  'EACCES',
  'EAGAIN',
  'EBUSY',
  'EDQUOT',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOSPC',
  'EPERM',
  'EROFS',
  'ESTALE',
  'ETIMEDOUT',
])

/** `code`: as `RestoreResult.failed` gives it. */
export function failureKind(code: string): FailureKind {
  if (ofTheName.has(code)) return 'name'
  return ofTheScratch.has(code) ? 'scratch' : 'damage'
}

export class ScratchError extends Error {
  override readonly name = 'ScratchError'

  constructor(code: string) {
    super(`The box could not write into its own folder for it: ${code}.`)
  }
}
