import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readPlaces } from '../storage-volumes/places-file.ts'

/** The names of the folders that hold repositories, here or where they were moved to; what else lies there is the volume's own. */
export async function repositoryFolders(dataFolder: string): Promise<readonly string[]> {
  const names = await readdir(join(dataFolder, 'repositories'))
  const moved = Object.keys(readPlaces(dataFolder).repositories)
  return [...new Set([...names.filter((name) => /^[0-9a-f]{32}$/.test(name)), ...moved])].toSorted()
}
