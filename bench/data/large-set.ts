// The large set: one file that does not compress, and one like a machine's disk image (zeros, text, random and repeated blocks).

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { SetSize } from './office-set.ts'
import { SeededRandom } from './random.ts'
import { makeText, makeVocabulary } from './text.ts'

const blockBytes = 256 * 1024

export function makeLargeSet(folder: string, size: SetSize): void {
  mkdirSync(folder, { recursive: true })
  const half = Math.floor(size.bytes / 2)
  const random = new SeededRandom(size.seed, 'large')
  const words = makeVocabulary(new SeededRandom(size.seed, 'words'))
  fill(join(folder, 'random.bin'), half, () => random.bytes(blockBytes))
  const kept: Buffer[] = []
  fill(join(folder, 'disk.img'), half, () => {
    const kind = random.unit()
    if (kind < 0.3) return Buffer.alloc(blockBytes)
    if (kind < 0.6) return makeText(random.pick(['letter', 'table', 'log'] as const), blockBytes, random, words)
    if (kind >= 0.9 && kept.length > 0) return random.pick(kept)
    const block = Buffer.from(random.bytes(blockBytes))
    if (kept.length < 64) kept.push(block)
    return block
  })
}

function fill(path: string, bytes: number, next: () => Buffer): void {
  const fd = openSync(path, 'w')
  for (let left = bytes; left > 0; ) left -= writeSync(fd, next(), 0, Math.min(blockBytes, left))
  closeSync(fd)
}
