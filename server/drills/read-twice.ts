/**
 * What is not brought back is read all the same, by the two ways that a drill compares: records as an agent gets them, and opened ones as
 * pages do. Nothing is written.
 */
import { createHash } from 'node:crypto'
import type { Version } from '../../engine/index.ts'
import type { Compared } from './compare-file.ts'
import type { PickedFile } from './pick-files.ts'

export async function readTwice(
  file: Pick<PickedFile, 'entry' | 'ranges'>,
  { version, asAgents }: { readonly version: Version; readonly asAgents: Version },
): Promise<Compared> {
  // The source that notes what is lost is asked first.
  const sha256 = await hashOf(file, version)
  const isSame = sha256 === (await hashOf(file, asAgents))
  return isSame ? { sha256, problem: undefined } : { sha256: undefined, problem: 'read twice, it was not the same' }
}

async function hashOf(
  { entry, ranges = [{ start: 0, end: entry.size }] }: Pick<PickedFile, 'entry' | 'ranges'>,
  version: Version,
) {
  const hash = createHash('sha256')
  for (const range of ranges) for await (const piece of version.readFile(entry, range)) hash.update(piece)
  return hash.digest('hex')
}
