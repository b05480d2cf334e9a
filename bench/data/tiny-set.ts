// Very many very small files: 1,000 to a folder, about 300 bytes each.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SetSize } from './office-set.ts'
import { SeededRandom } from './random.ts'

const perFolder = 1_000

export function makeTinySet(folder: string, size: Pick<SetSize, 'files' | 'seed'>): void {
  const random = new SeededRandom(size.seed, 'tiny')
  for (let index = 0; index < size.files; index++) {
    const below = join(folder, `d${Math.floor(index / perFolder)}`)
    if (index % perFolder === 0) mkdirSync(below, { recursive: true })
    writeFileSync(join(below, `note-${index}.txt`), random.bytes(20 + random.below(560)))
  }
}
