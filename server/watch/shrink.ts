/** Whether a version holds suspiciously little beside those before it. Pure. */
import type { VersionSize } from './watched-table.ts'

/** The newest one, and those it is compared with. */
export const versionsCompared = 11
const leastBefore = 3
/** Of so few files or bytes, half are quickly gone. */
const leastFiles = 20
const leastBytes = 10 * 1024 ** 2

export type Shrinking =
  | { readonly kind: 'empty' }
  | { readonly kind: 'shrunk'; readonly newest: VersionSize; readonly usual: VersionSize }

/** `sizes`: the newest first. */
export function shrinkingOf(sizes: readonly VersionSize[]): Shrinking | undefined {
  const [newest, ...before] = sizes
  if (newest === undefined) return undefined
  if (newest.files === 0) return { kind: 'empty' }
  if (before.length < leastBefore) return undefined
  const usual = { files: median(before.map(({ files }) => files)), bytes: median(before.map(({ bytes }) => bytes)) }
  const isFewer = usual.files >= leastFiles && newest.files < usual.files / 2
  const isSmaller = usual.bytes >= leastBytes && newest.bytes < usual.bytes / 2
  return isFewer || isSmaller ? { kind: 'shrunk', newest, usual } : undefined
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
