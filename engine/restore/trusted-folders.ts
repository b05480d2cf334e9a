// The way to where something is restored. It may well lead through a symlink (/home -> /usr/home), and a restore by root follows one that
// root has made. One that somebody else has made it does not: whoever owns a folder above could swap it for a link to /etc, and have root
// write there.

import { lstatSync, readlinkSync } from 'node:fs'
import { namesOfPath } from '../repository/path-names.ts'
import { joinNames } from '../repository/tree-walk.ts'

export interface Reached {
  /** Absolute, without symlinks. */
  readonly path: Buffer
  /** How many of the names lead to it. */
  readonly depth: number
}

const top = Buffer.from('/')
const slash = 0x2f
const linksMax = 40

/** The deepest folder of these that is there; `.` and `..` mean what they mean in a path. Not for Windows. @throws ErrnoException, `EPERM` for a link that is not followed */
export function deepestTrusted(names: readonly Buffer[]): Reached {
  const way = { links: 0 }
  let reached: Reached = { path: top, depth: 0 }
  for (const name of names) {
    const path = follow(reached.path, name, way)
    if (path === undefined) break
    reached = { path, depth: reached.depth + 1 }
  }
  return reached
}

/** Undefined where no folder is. */
function enter(folder: Buffer, name: Buffer, way: { links: number }): Buffer | undefined {
  const path = folder.equals(top) ? Buffer.concat([top, name]) : joinNames(folder, name)
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (!stat?.isSymbolicLink()) return stat?.isDirectory() ? path : undefined
  if (stat.uid !== 0 && stat.uid !== process.geteuid?.())
    throw Object.assign(new Error(`${path} is a link that user ${stat.uid} has made; it is not followed`), { code: 'EPERM' })
  if (++way.links > linksMax) throw Object.assign(new Error(`${path} is one link too many`), { code: 'ELOOP' })
  const target = readlinkSync(path, 'buffer')
  let at: Buffer | undefined = target[0] === slash ? top : folder
  for (const step of namesOfPath(target)) at = at && follow(at, step, way)
  return at
}

function follow(at: Buffer, step: Buffer, way: { links: number }): Buffer | undefined {
  const text = step.toString('latin1')
  if (text === '.') return at
  return text === '..' ? at.subarray(0, Math.max(1, at.lastIndexOf(slash))) : enter(at, step, way)
}
