// A day of work on a set, in place. Office: 1 % of the files edited, 0.5 % grown, 0.5 % new, 0.5 % gone, 1 KiB put in front of the
// largest, a folder renamed. Large: 1 KiB in front of the random file, 1 % of the image's blocks overwritten.

import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { SeededRandom } from './random.ts'

const blockBytes = 64 * 1024

export function changeSet(folder: string, seed: number): void {
  const random = new SeededRandom(seed, 'changes')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const largest = files.reduce((best, file) => (statSync(file).size > statSync(best).size ? file : best))
  if (files.length <= 10) {
    changeLarge(files, random)
    return
  }
  const order = shuffled(
    files.filter((file) => file !== largest),
    random,
  )
  const share = (part: number) => order.splice(0, Math.max(1, Math.round(files.length * part)))
  for (const file of share(0.01)) overwrite(file, random.unit(), random.bytes(Math.min(4096, Math.max(1, statSync(file).size))))
  for (const file of share(0.005)) appendFileSync(file, random.bytes(1024 * (1 + random.below(64))))
  for (const file of share(0.005)) unlinkSync(file)
  share(0.005).forEach((file, index) => {
    writeFileSync(join(dirname(file), `new ${index}.pdf`), random.bytes(Math.round(Math.min(4e6, random.logNormal(20_000, 1.5)))))
  })
  putInFront(largest, random.bytes(1024))
  const top = join(folder, readdirSync(folder).sort()[0]!)
  const moved = readdirSync(top, { withFileTypes: true }).find((entry) => entry.isDirectory())
  if (moved) renameSync(join(top, moved.name), join(top, `${moved.name} renamed`))
}

function changeLarge(files: readonly string[], random: SeededRandom): void {
  for (const file of files) {
    if (file.endsWith('random.bin')) putInFront(file, random.bytes(1024))
    else
      for (let count = Math.ceil(statSync(file).size / blockBytes / 100); count > 0; count--)
        overwrite(file, random.unit(), random.bytes(blockBytes))
  }
}

function overwrite(file: string, place: number, bytes: Buffer): void {
  const size = statSync(file).size
  const fd = openSync(file, 'r+')
  writeSync(fd, bytes, 0, Math.min(bytes.length, size), Math.floor(place * Math.max(0, size - bytes.length)))
  closeSync(fd)
}

function putInFront(file: string, bytes: Buffer): void {
  writeFileSync(file, Buffer.concat([bytes, readFileSync(file)]))
}

function shuffled<T>(list: readonly T[], random: SeededRandom): T[] {
  const order = [...list]
  for (let index = order.length - 1; index > 0; index--) {
    const other = random.below(index + 1)
    ;[order[index], order[other]] = [order[other]!, order[index]!]
  }
  return order
}
