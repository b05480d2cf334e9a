/** Brings the box's backups of itself into a copy: files that are named after their hash and never change. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../storage-volumes/durable-file.ts'
import { selfFolder } from './copied-names.ts'
import { placeError } from './copy-place.ts'
import type { CopyRun } from './copy-run.ts'

const namePattern = /^\d{12}-([0-9a-f]{64})$/
/** More than the box keeps itself: whoever makes many quickly here does not push the good ones out there. */
const keptThere = 100

export async function copySelfBackups(run: CopyRun, folder: string): Promise<void> {
  const here = (await namesIn(folder)).filter((name) => namePattern.test(name)).sort()
  const there = await listThere(run)
  for (const name of here) {
    if (there.has(name)) continue
    const bytes = await readFile(join(folder, name))
    if (createHash('sha256').update(bytes).digest('hex') !== namePattern.exec(name)?.[1]) {
      run.tally.find('unreadableHere')
      continue
    }
    await run.storage.put(`${selfFolder}/${name}`, bytes).catch(rethrow)
    run.reached('copy:file-put')
    run.tally.files += 1
    there.add(name)
  }
  for (const name of [...there].sort().slice(0, -keptThere)) {
    await run.storage.remove(`${selfFolder}/${name}`).catch(rethrow)
    run.reached('copy:file-removed')
  }
}

/** A box that never backed itself up has nothing there. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return []
    throw error
  }
}

async function listThere(run: CopyRun): Promise<Set<string>> {
  const names = new Set<string>()
  try {
    for await (const { name } of run.storage.list(selfFolder)) {
      const file = name.slice(selfFolder.length + 1)
      if (namePattern.test(file)) names.add(file)
    }
  } catch (error) {
    throw placeError(error)
  }
  return names
}

function rethrow(error: unknown): never {
  throw placeError(error)
}
