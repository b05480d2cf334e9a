// Paths inside a version: names with slashes between them. Slashes in front, behind and repeated mean nothing; there is no `..`.

import { joinNames } from './tree-walk.ts'

const slash = 0x2f

export function namesOfPath(path: Buffer): readonly Buffer[] {
  const names: Buffer[] = []
  for (let at = 0; at < path.length; ) {
    const found = path.indexOf(slash, at)
    const end = found < 0 ? path.length : found
    if (end > at) names.push(path.subarray(at, end))
    at = end + 1
  }
  return names
}

export function pathOfNames(names: readonly Buffer[]): Buffer {
  return names.reduce<Buffer>(joinNames, Buffer.alloc(0))
}
