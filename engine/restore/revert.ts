// Makes folders and files as they were in a version, so that it can be undone: everything that goes or is replaced is, just as it lies
// there, in a version that was made right before. What that version does not hold stays, and is said.
//
//   1. read what the version made before holds below the selection, and what the wanted one has
//   2. remove what the wanted version has not, deepest first, each file proved against the version made before
//   3. restore what it has; in the place of nothing but what is held

import { rmdirSync, unlinkSync } from 'node:fs'
import { deriveKeys } from '../crypto/keys.ts'
import type { FileContent, TreeEntry } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import { gatherPlaintexts, plaintextSource } from '../repository/plaintext-source.ts'
import { walkTree } from '../repository/tree-walk.ts'
import { placeItems } from './destination.ts'
import { Folders, splitPlace } from './folders.ts'
import { lookAt } from './local-entry.ts'
import { type Existing, isSameSize, isSameTime, kindOf } from './overwrite.ts'
import { isHeldBy } from './rehearse.ts'
import { type RestoreSettings, restore } from './restore.ts'
import { RestoreError } from './restore-error.ts'
import { type RestoreResult, reportListMax, sourcePath } from './restore-report.ts'
import type { SelectedItem } from './selection.ts'
import { selectFrom } from './selection-codec.ts'

export interface RevertOptions extends Omit<RestoreSettings, 'destination' | 'overwrite' | 'mayReplace'> {
  /** As they shall be. A path that the version has nothing of is not among them; see `absent`. */
  readonly items: readonly SelectedItem[]
  /** Selected, and not in the wanted version: what lies there now goes. */
  readonly absent: readonly Buffer[]
  /** The version that was made of the present state, and when its making began on this computer's clock. */
  readonly before: { readonly root: ChunkId; readonly startedAtMs: number }
}

export interface RevertResult extends RestoreResult {
  /** Files, links and folders that the version has not. */
  readonly removed: number
  /** Not in the version and not in the one made before either, as they are: they stay. */
  readonly leftCount: number
  readonly left: readonly Buffer[]
}

/** Entries of both sides that are kept in mind. */
export const revertedEntriesMax = 1_000_000
/** File systems tell times by a clock that is a few milliseconds behind. */
const clockStepMs = 50

type Entries = ReadonlyMap<string, TreeEntry>

/** @throws RestoreError `too-much`, `version-unreadable`, and whatever `restore` throws */
export async function revert(options: RevertOptions): Promise<RevertResult> {
  const { items, absent, before, records, secrets } = options
  const plaintexts = plaintextSource(records, secrets)
  const paths = [...items.map(({ path }) => path), ...absent]
  const now = await selectFrom(plaintexts, before.root, paths)
  if (now.lost.length > 0)
    throw new RestoreError('version-unreadable', `of the version made before, ${sourcePath(now.lost[0]!)} cannot be read`)
  const held = await entriesOf(options, now.items)
  const wanted = await entriesOf(options, items)
  const isHeld = heldTest(held, before.startedAtMs)
  const { removed, left, leftCount } = await removeRest({ options, items: now.items, held, wanted, isHeld })
  const mayReplace = (path: Buffer, existing: Existing) => isHeld(path, existing)
  const rest = { removed, left, leftCount }
  // Broken off, it still tells what it had taken away.
  const onEnded = (soFar: RestoreResult) => options.onEnded?.({ ...soFar, ...rest } as RestoreResult)
  const place = { destination: { kind: 'original' }, overwrite: 'always' } as const
  return { ...(await restore({ ...options, ...place, items, mayReplace, onEnded })), ...rest }
}

/** What would go, change and come; pure facts of two versions. */
export function compareEntries(
  held: Entries,
  wanted: Entries,
): { readonly goes: number; readonly changes: number; readonly comes: number } {
  const counts = { goes: 0, changes: 0, comes: 0 }
  for (const [path, entry] of held) if (entry.type !== 'directory' && !wanted.has(path)) counts.goes++
  for (const [path, entry] of wanted) {
    if (entry.type === 'directory') continue
    const other = held.get(path)
    if (!other || other.type === 'directory') counts.comes++
    else if (!isSameEntry(entry, other)) counts.changes++
  }
  return counts
}

/** Contents and link targets; times and modes alone are no other file. */
export function isSameEntry(one: TreeEntry, other: TreeEntry): boolean {
  if (one.type === 'symlink' || other.type === 'symlink')
    return one.type === 'symlink' && other.type === 'symlink' && one.target.equals(other.target)
  if (!('content' in one) || !('content' in other)) return one.type === other.type
  return one.size === other.size && sameContent(one.content, other.content)
}

function sameContent(one: FileContent, other: FileContent): boolean {
  if (one.kind === 'inline') return other.kind === 'inline' && one.bytes.equals(other.bytes)
  if (one.kind === 'list') return other.kind === 'list' && one.id.equals(other.id)
  if (one.kind === 'empty' || other.kind !== 'chunks') return one.kind === other.kind
  return (
    one.items.length === other.items.length &&
    one.items.every((item, index) => {
      const twin = other.items[index]!
      return (
        item.length === twin.length &&
        (item.kind === 'hole' ? twin.kind === 'hole' : twin.kind === 'data' && item.id.equals(twin.id))
      )
    })
  )
}

async function entriesOf(options: RevertOptions, items: readonly SelectedItem[]): Promise<Map<string, TreeEntry>> {
  const keys = deriveKeys(options.secrets)
  const gather = (ids: readonly ChunkId[]) => gatherPlaintexts(options.records, keys, ids, options.signal)
  const entries = new Map<string, TreeEntry>()
  const add = (path: Buffer, entry: TreeEntry) => {
    entries.set(path.toString('latin1'), entry)
    if (entries.size > revertedEntriesMax)
      throw new RestoreError('too-much', `more than ${revertedEntriesMax} names are reverted at once: choose folders below`)
  }
  for (const { path, entry, tree } of items) {
    if (entry) add(path, entry)
    if (!tree) continue
    for await (const event of walkTree(gather, tree, path)) {
      options.signal?.throwIfAborted()
      if (event.kind === 'lost')
        throw new RestoreError('version-unreadable', `a part of the version cannot be read: ${event.error.message}`, {
          cause: event.error,
        })
      add(event.path, event.entry)
    }
  }
  return entries
}

/** Whether what lies at a path is in the version that was made before, and was not touched since its making began. */
function heldTest(held: Entries, startedAtMs: number): (path: Buffer, existing: Existing) => boolean {
  const touchedNs = BigInt(Math.floor(startedAtMs - clockStepMs)) * 1_000_000n
  return (path, existing) => {
    const entry = held.get(path.toString('latin1'))
    if (!entry || kindOf(entry) !== existing.kind) return false
    if (existing.ctimeNs === undefined || existing.ctimeNs >= touchedNs) return false
    if (existing.kind === 'symlink') return entry.type === 'symlink' && entry.target.equals(existing.target)
    return existing.kind !== 'file' || (isSameTime(entry, existing) && isSameSize(entry, existing))
  }
}

interface Removing {
  readonly options: RevertOptions
  readonly items: readonly SelectedItem[]
  readonly held: Entries
  readonly wanted: Entries
  readonly isHeld: (path: Buffer, existing: Existing) => boolean
}

/** Deepest first, so that a folder is empty when its turn comes. */
async function removeRest({ options, items, held, wanted, isHeld }: Removing) {
  const proving = { plaintexts: plaintextSource(options.records, options.secrets), keys: deriveKeys(options.secrets) }
  const placed = placeItems(items, { kind: 'original' })
  const folders = new Folders(placed.roots)
  const left: Buffer[] = []
  let [removed, leftCount] = [0, 0]
  try {
    for (const { item, root, above } of placed.items.toReversed()) {
      const skip = rootLength(item, above.length)
      for (const [key, entry] of entriesWithin(held, item.path).toReversed()) {
        options.signal?.throwIfAborted()
        const other = wanted.get(key)
        if (other && (other.type === 'directory') === (entry.type === 'directory')) continue
        const path = Buffer.from(key, 'latin1')
        const { above: parent, name } = splitPlace({ root, path: path.subarray(skip) })
        const end = await removeOne(
          () => folders.at(parent).pathOf(name),
          entry,
          async (at, existing) => {
            if (!isHeld(path, existing)) return false
            return (entry.type !== 'file' && entry.type !== 'hardlink') || (await isHeldBy(at, entry, proving))
          },
        )
        folders.trim()
        if (end === 'removed') removed++
        if (end !== 'left') continue
        leftCount++
        if (left.length < reportListMax) left.push(sourcePath(path))
      }
    }
  } finally {
    folders.close()
  }
  return { removed, left, leftCount }
}

type Proof = (at: string | Buffer, existing: Existing) => Promise<boolean>

async function removeOne(find: () => string | Buffer, entry: TreeEntry, prove: Proof): Promise<'removed' | 'gone' | 'left'> {
  try {
    const at = find()
    const existing = lookAt(at)
    if (!existing) return 'gone'
    if (entry.type === 'directory') {
      rmdirSync(at)
      return 'removed'
    }
    if (!(await prove(at, existing))) return 'left'
    // Touched while it was read: it is another file now.
    const again = lookAt(at)
    if (again?.ctimeNs !== existing.ctimeNs) return 'left'
    unlinkSync(at)
    return 'removed'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'left'
  }
}

function entriesWithin(held: Entries, path: Buffer): [string, TreeEntry][] {
  const key = path.toString('latin1')
  return [...held].filter(([other]) => key === '' || other === key || other.startsWith(`${key}/`))
}

/** Bytes of a path that lead to its root, with the slash behind them. */
function rootLength({ above }: SelectedItem, below: number): number {
  return above.slice(0, above.length - below).reduce((sum, { name }) => sum + name.length + 1, 0)
}
