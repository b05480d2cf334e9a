/**
 * The worker's side of staging: compares folders of two versions and writes down what changed, as the rows that go into the
 * catalogue. A folder is a list of leaves on each side, or the parts of them within a range of names: the main thread cuts large
 * folders into pieces, so no task holds more than a few of them.
 */
import { FormatError, type RepositorySecrets, readTreeNode, type TreeEntry, type TreeNode } from '../../engine/index.ts'
import { type FilePlace, RecordReader } from '../plaintexts/record-reader.ts'
import { workerKeys } from '../plaintexts/worker-keys.ts'
import type { TaskAnswer } from '../worker-pool/tasks.ts'
import type { FolderPart, NameRange } from './folder-pieces.ts'
import { pathHash } from './path-hash.ts'
import { RowText } from './row-text.ts'
import { isSameEntry } from './same-entry.ts'

/** A part of a folder, and what the index above says of it. */
export interface NodeToRead extends FolderPart {
  readonly places: readonly FilePlace[]
}

export interface FolderToDiff extends NameRange {
  readonly hash: Uint8Array
  /** In the order of names. */
  readonly old: readonly NodeToRead[]
  readonly new: readonly NodeToRead[]
}

export interface DiffFoldersInput {
  readonly secrets: RepositorySecrets
  readonly jobId: number
  readonly version: number
  readonly folders: readonly FolderToDiff[]
}

export interface IndexedNode {
  readonly level: number
  readonly children: readonly { readonly firstName: Uint8Array; readonly id: Uint8Array }[]
}

/** A folder below, on one side or both. */
export interface FolderBelow {
  readonly hash: Uint8Array
  readonly old: Uint8Array | undefined
  readonly new: Uint8Array | undefined
}

export type FolderDiff =
  | { readonly kind: 'done'; readonly below: readonly FolderBelow[] }
  /** One of the nodes has parts of its own: here they are, and nothing was compared. Undefined: that node is a leaf. */
  | {
      readonly kind: 'indexed'
      readonly old: readonly (IndexedNode | undefined)[]
      readonly new: readonly (IndexedNode | undefined)[]
    }
  | { readonly kind: 'lost'; readonly side: 'old' | 'new'; readonly why: string }

export interface DiffFoldersOutput {
  readonly folders: readonly FolderDiff[]
  /** `(…),(…)` of an INSERT, a bounded number of rows in each, in the order of the table's key. */
  readonly rows: readonly { readonly text: string; readonly count: number }[]
}

export function diffFolders(input: DiffFoldersInput): TaskAnswer<'diff-folders'> {
  using reader = new RecordReader(workerKeys(input.secrets))
  const rows = new RowText(input)
  const folders = input.folders.map((folder) => diffFolder(folder, reader, rows))
  return { output: { folders, rows: rows.batches() } }
}

/** A node that one of the versions names cannot be read: what to do depends on the side. */
class LostNode extends Error {
  readonly side: 'old' | 'new'

  constructor(side: 'old' | 'new', why: string) {
    super(why)
    this.side = side
  }
}

function diffFolder(folder: FolderToDiff, reader: RecordReader, rows: RowText): FolderDiff {
  try {
    const sides = { old: readNodes('old', folder.old, reader), new: readNodes('new', folder.new, reader) }
    if ([...sides.old, ...sides.new].some(({ kind }) => kind === 'index'))
      return { kind: 'indexed', old: sides.old.map(indexOf), new: sides.new.map(indexOf) }
    return {
      kind: 'done',
      below: diffEntries(folder, entriesOf('old', sides.old, folder), entriesOf('new', sides.new, folder), rows),
    }
  } catch (error) {
    if (error instanceof LostNode) return { kind: 'lost', side: error.side, why: error.message }
    throw error
  }
}

function readNodes(side: 'old' | 'new', nodes: readonly NodeToRead[], reader: RecordReader): readonly TreeNode[] {
  return nodes.map(({ id, places, firstName, level }) => {
    const read = reader.read(id, places)
    if (read.kind === 'failed') throw new LostNode(side, `folder ${Buffer.from(id).toString('hex')}: ${read.why}`)
    // A copy: the reader's next record would overwrite what the entries are views of.
    const node = parseNode(side, Buffer.from(read.record.plaintext))
    const isNamed = firstName === undefined || firstNameOf(node)?.equals(firstName)
    const isLevel = level === undefined || level === (node.kind === 'leaf' ? 0 : node.level)
    if (!isNamed || !isLevel) throw new LostNode(side, 'a part of a folder is not the one that its index names')
    return node
  })
}

function parseNode(side: 'old' | 'new', plaintext: Buffer): TreeNode {
  try {
    return readTreeNode(plaintext)
  } catch (error) {
    if (error instanceof FormatError) throw new LostNode(side, error.message)
    throw error
  }
}

function firstNameOf(node: TreeNode): Buffer | undefined {
  return node.kind === 'leaf' ? node.entries[0]?.name : node.children[0]?.firstName
}

function indexOf(node: TreeNode): IndexedNode | undefined {
  return node.kind === 'leaf' ? undefined : { level: node.level, children: node.children }
}

/** The entries of a side within the range, in order. */
function entriesOf(side: 'old' | 'new', nodes: readonly TreeNode[], { from, before }: FolderToDiff): readonly TreeEntry[] {
  const entries = nodes.flatMap((node) => (node.kind === 'leaf' ? node.entries : []))
  const isInOrder = entries.every((entry, index) => index === 0 || entries[index - 1]!.name.compare(entry.name) < 0)
  if (!isInOrder) throw new LostNode(side, 'the parts of a folder are not in order')
  if (from === undefined && before === undefined) return entries
  return entries.filter(
    ({ name }) => (from === undefined || name.compare(from) >= 0) && (before === undefined || name.compare(before) < 0),
  )
}

function diffEntries(
  folder: FolderToDiff,
  old: readonly TreeEntry[],
  now: readonly TreeEntry[],
  rows: RowText,
): readonly FolderBelow[] {
  const below: FolderBelow[] = []
  for (const [before, after] of pairsByName(old, now)) {
    if (before !== undefined && after !== undefined && isUntouched(before, after)) continue
    const hash = pathHash(folder.hash, (after ?? before)!.name)
    if (after === undefined) rows.addGone(hash)
    else if (before === undefined || !isSameEntry(before, after)) rows.addEntry(hash, folder.hash, after)
    const oldTree = before?.type === 'directory' ? before.tree : undefined
    const newTree = after?.type === 'directory' ? after.tree : undefined
    if (oldTree === undefined && newTree === undefined) continue
    if (oldTree === undefined || newTree === undefined || !oldTree.equals(newTree))
      below.push({ hash, old: oldTree, new: newTree })
  }
  return below
}

/** Neither the entry nor, for a folder, anything in it. */
function isUntouched(before: TreeEntry, after: TreeEntry): boolean {
  if (!isSameEntry(before, after)) return false
  return before.type !== 'directory' || after.type !== 'directory' || before.tree.equals(after.tree)
}

function* pairsByName(
  old: readonly TreeEntry[],
  now: readonly TreeEntry[],
): Generator<readonly [TreeEntry | undefined, TreeEntry | undefined]> {
  let oldAt = 0
  let newAt = 0
  while (oldAt < old.length || newAt < now.length) {
    const before = old[oldAt]
    const after = now[newAt]
    const order = before === undefined ? 1 : after === undefined ? -1 : before.name.compare(after.name)
    if (order <= 0) oldAt += 1
    if (order >= 0) newAt += 1
    yield [order <= 0 ? before : undefined, order >= 0 ? after : undefined]
  }
}
