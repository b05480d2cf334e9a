// Growing files of an earlier attempt at the same restore, which was killed: removed on the way through the folders, so that nothing of
// it stays. A restore that nobody goes on with leaves them; they can be deleted.

import { readdirSync, unlinkSync } from 'node:fs'
import type { OpenFolder } from './folders.ts'

const whole = Buffer.alloc(0)

/** `isLeft`: of an earlier attempt, not of this one. */
export function removeLeftovers(folder: OpenFolder, isLeft: (name: Buffer) => boolean): void {
  try {
    for (const name of readdirSync(folder.pathOf(whole), 'buffer')) if (isLeft(name)) unlinkSync(folder.pathOf(name))
  } catch {
    // A folder that cannot be read holds none of ours.
  }
}
