/**
 * Makes one folder of a repository like the other: copies what is missing or different, reads back what it copied, and, once nobody
 * writes any more, removes what is too much. It can be cut off anywhere and begun again.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasCode, removeDurably, syncFolder, unlinkIfThere } from '../storage-volumes/durable-file.ts'
import { type Copying, copyFile, hashFile } from './copy-file.ts'
import { isWrittenOnce, type ListedFile, listFiles } from './list-files.ts'
import { MoveError } from './move.ts'

export interface Levelling extends Copying {
  readonly signal: AbortSignal
  readonly onCopied: (bytes: number) => void
}

export interface Levelled {
  readonly files: number
  readonly bytes: number
}

/** What others refer to first, what describes the whole last: a folder with `repository.json` in it is a whole repository. */
const order = ['packs', 'packs2', 'trash', 'quarantine', 'keys', 'snapshots', 'generation', 'repository.json']
const maxAttempts = 3

/** One pass beside the living repository. Returns what it had to copy. */
export async function copyMissing(levelling: Levelling): Promise<Levelled> {
  const { source, target, signal } = levelling
  const [from, to] = [await listFiles(source, signal), await listFiles(target, signal)]
  const folders = new Set<string>()
  let [files, bytes] = [0, 0]
  for (const file of inOrder(from.values())) {
    signal.throwIfAborted()
    if (await isSame(levelling, file, to.get(file.name))) continue
    if (!(await copyUnlessGone(levelling, file.name))) continue
    folders.add(dirname(join(target, file.name)))
    files += 1
    bytes += file.sizeBytes
    levelling.onCopied(file.sizeBytes)
  }
  for (const folder of folders) await syncFolder(folder)
  levelling.reached('move:folders-synced')
  return { files, bytes }
}

/** With all writing held back: the same names, sizes and small contents. Returns the names. */
export async function makeSame(levelling: Levelling): Promise<ReadonlySet<string>> {
  const { source, target, signal, reached } = levelling
  await copyMissing(levelling)
  const [from, to] = [await listFiles(source, signal), await listFiles(target, signal)]
  for (const name of to.keys()) {
    if (from.has(name)) continue
    await removeDurably(join(target, name), (step) => reached(step === 'unlinked' ? 'move:unlinked' : 'move:unlink-synced'))
  }
  const after = await listFiles(target, signal)
  const differing = [...from.values()].filter(({ name, sizeBytes }) => after.get(name)?.sizeBytes !== sizeBytes)
  if (differing.length > 0 || after.size !== from.size)
    throw new MoveError(
      'differs',
      `The copy at ${target} lacks ${differing.length} files, or has too many. Nothing was switched.`,
    )
  return new Set(from.keys())
}

/** After the switch: what an operation that knew only the old place still wrote there. */
export async function copyLate(levelling: Levelling, before: ReadonlySet<string> | undefined): Promise<number> {
  const { source, target, signal } = levelling
  const [from, to] = [await listFiles(source, signal), await listFiles(target, signal)]
  // After a crash nobody knows any more what was there at the switch: then what cannot have been removed since is taken.
  const isLate = (name: string) =>
    before === undefined ? isWrittenOnce(name) && !/^(trash|quarantine)\//.test(name) : !before.has(name)
  const wasTakenAway = (name: string) => to.has(`${name}.gone`) || to.has(name.replace(/^packs2?\/..\//, 'trash/'))
  const late = [...from.keys()].filter((name) => !to.has(name) && isLate(name) && !wasTakenAway(name))
  for (const name of late) {
    if (await copyUnlessGone(levelling, name)) await syncFolder(dirname(join(target, name)))
  }
  return late.length
}

async function isSame(levelling: Levelling, file: ListedFile, there: ListedFile | undefined): Promise<boolean> {
  if (there?.sizeBytes !== file.sizeBytes) return false
  if (isWrittenOnce(file.name)) return true
  const [one, other] = await Promise.all([readIfThere(levelling.source, file.name), readIfThere(levelling.target, file.name)])
  return one !== undefined && other !== undefined && one.equals(other)
}

/** False: it was taken away meanwhile. What a disk reads back otherwise than it was given is written again. */
async function copyUnlessGone(levelling: Levelling, name: string): Promise<boolean> {
  const path = join(levelling.target, name)
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    try {
      const hash = await copyFile(levelling, name)
      if ((await hashFile(path, levelling.pool)) === hash) return true
      await unlinkIfThere(path)
    } catch (error) {
      if (hasCode(error, ['ENOENT']) && (await isGone(levelling, name))) return false
      throw error
    }
  }
  throw new MoveError('differs', `${path} does not read back as it was written. Look at that disk.`)
}

async function isGone({ source }: Levelling, name: string): Promise<boolean> {
  return (await readIfThere(source, name)) === undefined
}

async function readIfThere(folder: string, name: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(folder, name))
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}

function inOrder(files: Iterable<ListedFile>): readonly ListedFile[] {
  const rank = ({ name }: ListedFile) => {
    const index = order.indexOf(name.split('/')[0]!)
    return index === -1 ? order.length : index
  }
  return [...files].toSorted((one, other) => rank(one) - rank(other) || (one.name < other.name ? -1 : 1))
}
