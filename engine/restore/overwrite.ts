// What happens to a name that is taken. Pure: what lies there and what the version holds go in, the decision comes out.

import type { TreeEntry } from '../format/tree-entry.ts'

export const overwriteRules = ['never', 'older', 'changed', 'always', 'both'] as const
/**
 * never: what is there stays · older: what is older than the version's gives way · changed: what has another size or time gives way ·
 * always: everything gives way; contents that are the same already are not fetched · both: what is there stays, the version's is
 * put beside it under another name, unless they are the same.
 */
export type OverwriteRule = (typeof overwriteRules)[number]

export type ExistingKind = 'file' | 'directory' | 'symlink' | 'special'

export type Existing = {
  readonly mtimeNs: bigint
} & (
  | { readonly kind: Exclude<ExistingKind, 'symlink'>; readonly size: bigint }
  | { readonly kind: 'symlink'; readonly target: Buffer }
)

/**
 * not-held: it would be lost, as the version that a revert rests on does not hold it as it is · taken: not the rule, but somebody who
 * took the name while the file was on its way, or a file system that takes two names of the version for one.
 */
export const keepReasons = ['exists', 'not-older', 'other-kind', 'not-held', 'taken'] as const
export type KeepReason = (typeof keepReasons)[number]

export type Decision =
  | { readonly kind: 'keep'; readonly reason: KeepReason }
  /** It is what the version holds. */
  | { readonly kind: 'same' }
  /** Both are folders: what is below decides for itself. */
  | { readonly kind: 'enter' }
  /** Look at the bytes; then `decideCompared`. */
  | { readonly kind: 'compare' }
  | { readonly kind: 'replace' }
  | { readonly kind: 'beside' }

/** Times that a system can only keep to the microsecond are the same time. */
const sameTimeNs = 2_000n

export function decide(rule: OverwriteRule, entry: TreeEntry, existing: Existing): Decision {
  const isSameKind = existing.kind === kindOf(entry)
  if (isSameKind && existing.kind === 'directory') return { kind: 'enter' }
  if (rule === 'never') return { kind: 'keep', reason: isSameKind ? 'exists' : 'other-kind' }
  if (rule === 'older' && existing.mtimeNs >= entry.mtimeNs) {
    const mayBeIt = isSameKind && existing.kind === 'file' && isSameTime(entry, existing) && isSameSize(entry, existing)
    return mayBeIt ? { kind: 'compare' } : { kind: 'keep', reason: 'not-older' }
  }
  if (isSameKind && isKnownSame(rule, entry, existing)) return { kind: 'same' }
  if (isSameKind && existing.kind === 'file') return { kind: 'compare' }
  return { kind: rule === 'both' ? 'beside' : 'replace' }
}

/** Once the bytes were looked at. */
export function decideCompared(
  rule: OverwriteRule,
  isSame: boolean,
  { isOlder = true }: { readonly isOlder?: boolean } = {},
): Decision {
  if (isSame) return { kind: 'same' }
  if (rule === 'older' && !isOlder) return { kind: 'keep', reason: 'not-older' }
  return rule === 'both' ? { kind: 'beside' } : { kind: 'replace' }
}

/** Whether a folder that was there before gets the version's mode, owner and time. */
export function setsExistingFolders(rule: OverwriteRule): boolean {
  return rule === 'changed' || rule === 'always'
}

/** Without reading: a link with the same target, a pipe, a file of which `changed` believes size and time. */
function isKnownSame(rule: OverwriteRule, entry: TreeEntry, existing: Existing): boolean {
  if (entry.type === 'symlink') return existing.kind === 'symlink' && existing.target.equals(entry.target)
  if (entry.type === 'special') return true
  return rule === 'changed' && isSameTime(entry, existing) && isSameSize(entry, existing)
}

export function isSameTime(entry: TreeEntry, existing: Existing): boolean {
  const distance = entry.mtimeNs - existing.mtimeNs
  return distance > -sameTimeNs && distance < sameTimeNs
}

export function isSameSize(entry: TreeEntry, existing: Existing): boolean {
  return 'size' in entry && 'size' in existing && BigInt(entry.size) === existing.size
}

export function kindOf(entry: TreeEntry): ExistingKind {
  return entry.type === 'hardlink' ? 'file' : entry.type
}
