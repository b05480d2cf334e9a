const jobName = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._-]{0,62}[\p{L}\p{M}\p{N}])?$/u

export const defaultJobName = 'default'
export const jobsMax = 100

/** @throws RangeError with a sentence for people */
export function parseJobName(text: string): string {
  const name = text.normalize('NFC')
  if (!jobName.test(name))
    throw new RangeError(
      `"${text}" is no name for a job: 1 to 64 letters, digits, blanks, ".", "_" and "-", beginning and ending with a letter or digit`,
    )
  return name
}

/** Names that people would take for the same are the same. */
export function isSameJobName(one: string, other: string): boolean {
  return one.normalize('NFC').toLowerCase() === other.normalize('NFC').toLowerCase()
}
