/** The files of a repository's folder, by their paths in it. Uploads under way are nobody's yet, and are left out. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../storage-volumes/durable-file.ts'

export interface ListedFile {
  /** With slashes: `packs/ab/ab12…`. */
  readonly name: string
  readonly sizeBytes: number
}

const notMoved = 'tmp'
/** A pack's folder has thousands of names at most; packs of one repository number a few hundred thousand. */
const maxDepth = 4

/** An absent folder has none; any other failure is one, for a listing that is cut short would look like files that are gone. */
export async function listFiles(folder: string, signal: AbortSignal): Promise<ReadonlyMap<string, ListedFile>> {
  const found = new Map<string, ListedFile>()
  const walk = async (below: string, depth: number): Promise<void> => {
    signal.throwIfAborted()
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (name === notMoved) continue
      if (entry.isDirectory() && depth < maxDepth) await walk(name, depth + 1)
      else if (entry.isFile()) await note(name)
    }
  }
  const note = async (name: string) => {
    try {
      found.set(name, { name, sizeBytes: (await stat(join(folder, name))).size })
    } catch (error) {
      // The collector took it away meanwhile.
      if (!hasCode(error, ['ENOENT'])) throw error
    }
  }
  try {
    await walk('', 0)
  } catch (error) {
    if (found.size > 0 || !hasCode(error, ['ENOENT'])) throw error
  }
  return found
}

/** Named by what they hold and never changed: what is there under the name is right, whole files being given their names last. */
export function isWrittenOnce(name: string): boolean {
  return /^(packs|packs2|trash|quarantine)\//.test(name) || /^snapshots\/[^/]+\/\d+-[0-9a-f]+$/.test(name)
}
