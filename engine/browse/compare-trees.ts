// What differs between two versions of a folder, in the order in which one walks through it. Folders, and parts of large folders,
// that both versions share are known by their ids and never read, so the cost follows what changed.

import { readTreeNode } from '../format/tree.ts'
import type { TreeEntry } from '../format/tree-entry.ts'
import { FormatError } from '../model/errors.ts'
import { type ChunkId, chunkKey } from '../model/ids.ts'
import { treeMaxDepth } from '../model/limits.ts'
import { isSameContent } from '../repository/file-content.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import { expectPlace, type Segment, segmentsBelow } from '../repository/tree-segment.ts'

/** A name that differs; undefined on the side that has none. A folder that is there on one side only stands for all it holds. */
export interface TreeDifference {
  /** From the folder that is compared down. */
  readonly path: readonly Buffer[]
  readonly before: TreeEntry | undefined
  readonly after: TreeEntry | undefined
}

/** Where the walk stands, from time to time where nothing differs: whoever counts the work may stop here, and go on from it. */
export interface TreePlace {
  readonly path: readonly Buffer[]
  readonly before: undefined
  readonly after: undefined
}

export interface TreesToCompare {
  readonly before: ChunkId | undefined
  readonly after: ChunkId | undefined
  /** Only what comes behind this path, and is not below it. */
  readonly behind?: readonly Buffer[] | undefined
}

const leavesPerRead = 4

/**
 * Depth first, by name. Two folders of one name are no difference themselves: what lies in them is.
 * @throws FormatError when a part of either version is damaged, MissingChunksError when it is nowhere
 */
export async function* compareTrees(
  source: PlaintextSource,
  { before, after, behind = [] }: TreesToCompare,
): AsyncGenerator<TreeDifference | TreePlace> {
  yield* compareFolders({ source, path: [], behind }, before, after)
}

interface Where {
  readonly source: PlaintextSource
  readonly path: readonly Buffer[]
  /** Relative to this folder; empty: from its beginning. */
  readonly behind: readonly Buffer[]
}

async function* compareFolders(
  where: Where,
  before: ChunkId | undefined,
  after: ChunkId | undefined,
): AsyncGenerator<TreeDifference | TreePlace> {
  if (before !== undefined && after !== undefined && before.equals(after)) return
  if (where.path.length > treeMaxDepth) throw new FormatError('limit-exceeded', `folders lie more than ${treeMaxDepth} deep`)
  const { source, behind } = where
  const [from] = behind
  const sides = await Promise.all([leafPlaces(source, before), leafPlaces(source, after)])
  const shared = sharedLeaves(sides[0], sides[1])
  const entries = sides.map((places) => entriesOf(source, places, { shared, from }))
  for await (const [old, now] of pairs(entries[0]!, entries[1]!)) {
    const { name } = (now ?? old)!
    const isOnTheWay = from?.equals(name) === true
    if (isOnTheWay && behind.length === 1) continue
    const path = [...where.path, name]
    if (old?.type === 'directory' && now?.type === 'directory')
      yield* compareFolders({ source, path, behind: isOnTheWay ? behind.slice(1) : [] }, old.tree, now.tree)
    else if (isOnTheWay) continue
    else if (old === undefined || now === undefined || !isSame(old, now)) yield { path, before: old, after: now }
    else yield { path, before: undefined, after: undefined }
  }
}

/** The leaves of a folder in order: read are the indexes above them only. A folder of one leaf is that leaf. */
async function leafPlaces(source: PlaintextSource, tree: ChunkId | undefined): Promise<readonly LeafPlace[]> {
  if (tree === undefined) return []
  const node = await readNode(source, tree)
  return node.kind === 'leaf' ? [{ id: tree, place: undefined, node }] : leavesBelow(source, segmentsBelow(node, undefined))
}

interface LeafPlace {
  readonly id: ChunkId
  readonly place: Segment['place'] | undefined
  readonly node?: ReturnType<typeof readTreeNode>
}

async function leavesBelow(source: PlaintextSource, segments: readonly Segment[]): Promise<readonly LeafPlace[]> {
  const leaves: LeafPlace[] = []
  for (const segment of segments) {
    if (segment.place.level === 0) leaves.push(segment)
    else {
      const node = await readNode(source, segment.id)
      expectPlace(node, segment.place)
      if (node.kind === 'index') leaves.push(...(await leavesBelow(source, segmentsBelow(node, segment.place.before))))
    }
  }
  return leaves
}

async function readNode(source: PlaintextSource, id: ChunkId) {
  return readTreeNode((await source.readPlaintexts([id])).get(chunkKey(id))!)
}

/** The same leaf holds the same names on both sides, and no other leaf holds any of them. */
function sharedLeaves(one: readonly LeafPlace[], other: readonly LeafPlace[]): ReadonlySet<string> {
  const ids = new Set(one.map(({ id }) => chunkKey(id)))
  return new Set<string>(other.map(({ id }) => chunkKey(id)).filter((id) => ids.has(id)))
}

async function* entriesOf(
  source: PlaintextSource,
  places: readonly LeafPlace[],
  { shared, from }: { readonly shared: ReadonlySet<string>; readonly from: Buffer | undefined },
): AsyncGenerator<TreeEntry> {
  const isPast = ({ place }: LeafPlace) =>
    from !== undefined && place?.before !== undefined && Buffer.compare(place.before, from) <= 0
  const left = places.filter((place) => !shared.has(chunkKey(place.id)) && !isPast(place))
  for (let at = 0; at < left.length; at += leavesPerRead) {
    const group = left.slice(at, at + leavesPerRead)
    const plaintexts = await source.readPlaintexts(group.filter(({ node }) => node === undefined).map(({ id }) => id))
    for (const { id, place, node = readTreeNode(plaintexts.get(chunkKey(id))!) } of group) {
      if (place !== undefined) expectPlace(node, place)
      if (node.kind !== 'leaf') continue
      for (const entry of node.entries) if (from === undefined || Buffer.compare(entry.name, from) >= 0) yield entry
    }
  }
}

async function* pairs(
  one: AsyncGenerator<TreeEntry>,
  other: AsyncGenerator<TreeEntry>,
): AsyncGenerator<readonly [TreeEntry | undefined, TreeEntry | undefined]> {
  let [left, right] = [await one.next(), await other.next()]
  while (!left.done || !right.done) {
    const order = left.done ? 1 : right.done ? -1 : Buffer.compare(left.value.name, right.value.name)
    yield [order <= 0 ? (left.value as TreeEntry) : undefined, order >= 0 ? (right.value as TreeEntry) : undefined]
    if (order <= 0) left = await one.next()
    if (order >= 0) right = await other.next()
  }
}

/** What a person would call the same file: its bytes and when it was changed. */
function isSame(one: TreeEntry, other: TreeEntry): boolean {
  if (one.type === 'symlink') return other.type === 'symlink' && one.target.equals(other.target)
  if (one.type === 'special') return other.type === 'special' && one.special === other.special
  if (one.type === 'directory' || !('content' in other)) return false
  return one.mtimeNs === other.mtimeNs && one.size === other.size && isSameContent(one.content, other.content)
}
