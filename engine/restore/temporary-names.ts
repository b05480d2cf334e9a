// Names under which files grow: in their final folder, so that the last step is a rename; short, whatever the final name is; never
// one that another thread or another restore uses.

const randomPartBytes = 6

export class TemporaryNames {
  private readonly prefix: string
  private count = 0

  /** `owner` tells threads of one restore apart. */
  constructor(prefix: string, owner: string) {
    this.prefix = `${prefix}-${owner}`
  }

  next(): Buffer {
    return Buffer.from(`${this.prefix}${(this.count++).toString(36)}`)
  }
}

/** Of a restore that may be begun again: all its attempts have names of this beginning. `of`: letters and digits that tell it apart. */
export function attemptsPrefix(of: string): string {
  return `.holdfast-restore-${of}-`
}

/** Of one restore. A file of such a name that is still there afterwards was left by a restore that was killed. */
export function temporaryPrefix(randomBytes: (length: number) => Buffer, attempts = '.holdfast-restore-'): string {
  return `${attempts}${randomBytes(randomPartBytes).toString('hex')}`
}
