/**
 * A large folder's parts on both sides, cut into ranges of names that one task can compare. Parts that both versions share hold the
 * same entries and are left out; one that reaches over a cut belongs to both ranges, and the worker looks at its side of it. Pure.
 */

export interface FolderPart {
  /** Undefined: the folder's own node. It begins before every name. */
  readonly firstName: Uint8Array | undefined
  readonly id: Uint8Array
  /** How many levels of parts lie below it; undefined: not known yet. */
  readonly level: number | undefined
}

/** Names from `from` on and before `before`; undefined: no such end. */
export interface NameRange {
  readonly from: Uint8Array | undefined
  readonly before: Uint8Array | undefined
}

export interface FolderPiece extends NameRange {
  readonly old: readonly FolderPart[]
  readonly new: readonly FolderPart[]
}

/** About 64 KiB each when they are leaves. */
const partsPerPiece = 24

export function cutFolder(old: readonly FolderPart[], now: readonly FolderPart[], within: NameRange): readonly FolderPiece[] {
  const shared = sharedIds(old, now)
  const changed = { old: rangesOf(old, shared), new: rangesOf(now, shared) }
  const starts = [...changed.old, ...changed.new].map(({ from }) => from).toSorted(compareNames)
  const cuts = starts.filter((_, index) => index > 0 && index % partsPerPiece === 0)
  const inner = cuts.filter((cut, index) => isInside(cut, within) && compareNames(cuts[index - 1], cut) !== 0)
  const bounds = [within.from, ...inner, within.before]
  return bounds.slice(1).flatMap((before, index) => {
    const range = { from: bounds[index], before }
    const partsIn = (ranges: readonly PartRange[]) => ranges.filter((part) => overlap(part, range)).map(({ part }) => part)
    const piece = { ...range, old: partsIn(changed.old), new: partsIn(changed.new) }
    return piece.old.length + piece.new.length > 0 ? [piece] : []
  })
}

interface PartRange extends NameRange {
  readonly part: FolderPart
}

/** Each part that is not shared, with the names it may hold. */
function rangesOf(parts: readonly FolderPart[], shared: ReadonlySet<string>): readonly PartRange[] {
  return parts.flatMap((part, index) => {
    const range = { part, from: index === 0 ? undefined : part.firstName, before: parts[index + 1]?.firstName }
    return shared.has(idText(part.id)) ? [] : [range]
  })
}

function sharedIds(old: readonly FolderPart[], now: readonly FolderPart[]): ReadonlySet<string> {
  const before = new Set(old.map(({ id }) => idText(id)))
  return new Set(now.map(({ id }) => idText(id)).filter((id) => before.has(id)))
}

function overlap(one: NameRange, other: NameRange): boolean {
  return beginsBefore(one, other.before) && beginsBefore(other, one.before)
}

function beginsBefore({ from }: NameRange, end: Uint8Array | undefined): boolean {
  return end === undefined || compareNames(from, end) < 0
}

function isInside(name: Uint8Array | undefined, { from, before }: NameRange): boolean {
  return compareNames(name, from) > 0 && (before === undefined || compareNames(name, before) < 0)
}

/** Undefined is before every name. */
function compareNames(one: Uint8Array | undefined, other: Uint8Array | undefined): number {
  if (one === undefined || other === undefined) return Number(one !== undefined) - Number(other !== undefined)
  return Buffer.compare(one, other)
}

function idText(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1')
}
