// As many files as memory is to be tried with, 1,000 to a folder, all equally large. Holes take no byte on the disk, and none of a box;
// copies are read, stored once, and opened for each file.

import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { SetSize } from './office-set.ts'
import { SeededRandom } from './random.ts'

const perFolder = 1_000

export function makeHolesSet(folder: string, size: SetSize): void {
  const each = Math.floor(size.bytes / size.files)
  makeFiles(folder, size.files, (file) => ftruncateSync(file, each))
}

export function makeCopiesSet(folder: string, size: SetSize): void {
  const bytes = new SeededRandom(size.seed, 'copies').bytes(Math.floor(size.bytes / size.files))
  makeFiles(folder, size.files, (file) => writeSync(file, bytes))
}

function makeFiles(folder: string, files: number, fill: (file: number) => void): void {
  for (let index = 0; index < files; index++) {
    const below = join(folder, `d${Math.floor(index / perFolder)}`)
    if (index % perFolder === 0) mkdirSync(below, { recursive: true })
    const file = openSync(join(below, `scan ${index}.raw`), 'w')
    fill(file)
    closeSync(file)
  }
}
