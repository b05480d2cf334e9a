/** What is backed up: a small folder of everything that makes packs, and what people do to it between two backups. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SeededRandom } from '../bench/data/random.ts'

const smallFiles = 12
const largeBytes = 700_000

export function makeSource(folder: string, random: SeededRandom): void {
  mkdirSync(join(folder, 'Letters', 'Old'), { recursive: true })
  for (let index = 0; index < smallFiles; index += 1) writeSmall(folder, index, random)
  writeFileSync(join(folder, 'plan.dwg'), random.bytes(largeBytes))
  writeFileSync(join(folder, 'empty'), '')
  symlinkSync('plan.dwg', join(folder, 'newest plan'))
}

/** Always something new, so that each backup has packs to send. */
export function changeSource(folder: string, round: number, random: SeededRandom): void {
  for (let count = 0; count < 3; count += 1) writeSmall(folder, random.below(smallFiles), random)
  writeFileSync(join(folder, 'Letters', `letter ${round % 5}.txt`), random.bytes(200 + random.below(30_000)))
  if (random.below(3) === 0) writeFileSync(join(folder, 'plan.dwg'), random.bytes(largeBytes))
  if (random.below(4) === 0) rmSync(join(folder, 'Letters', `letter ${random.below(5)}.txt`), { force: true })
}

function writeSmall(folder: string, index: number, random: SeededRandom): void {
  const place = index % 3 === 0 ? join('Letters', 'Old') : 'Letters'
  writeFileSync(join(folder, place, `file ${index}`), random.bytes(600 + random.below(20_000)))
}
