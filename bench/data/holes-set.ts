// Files without a byte on the disk, 1,000 to a folder, all equally large: what a version of 100 GB and a million files asks of memory.

import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { SetSize } from './office-set.ts'

const perFolder = 1_000

export function makeHolesSet(folder: string, size: SetSize): void {
  const each = Math.floor(size.bytes / size.files)
  for (let index = 0; index < size.files; index++) {
    const below = join(folder, `d${Math.floor(index / perFolder)}`)
    if (index % perFolder === 0) mkdirSync(below, { recursive: true })
    const file = openSync(join(below, `scan ${index}.raw`), 'w')
    ftruncateSync(file, each)
    closeSync(file)
  }
}
