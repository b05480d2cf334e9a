/** A made-up folder of an office: letters and tables that change a little from day to day. The same for the same computer and day. */
import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folders = ['Letters', 'Invoices', 'Drawings', 'Photos'] as const
const filesAtFirst = 24
const photoBytes = 60_000
const words =
  'Thank you for your letter. We have looked at the plan of the harbour side and enclose two drawings. The invoice follows by the end of the week. With kind regards. '

export interface DemoFolder {
  readonly path: string
  /** What somebody does in a day: a new letter, one that is written on, an invoice, now and then something thrown away. */
  readonly workADay: (day: number) => void
}

export function makeDemoFolder(path: string, computer: string): DemoFolder {
  for (const folder of folders) mkdirSync(join(path, folder), { recursive: true })
  for (let index = 0; index < filesAtFirst; index += 1) writeFile(path, computer, index)
  return {
    path,
    workADay: (day) => {
      writeFileSync(join(path, 'Letters', `Letter ${demoNumber(computer, day)}.txt`), words.repeat(3 + (day % 9)))
      appendFileSync(join(path, 'Invoices', 'Cash book.csv'), `day ${day};${demoNumber(computer, day) % 900},00\n`.repeat(8))
      writeFileSync(join(path, 'Drawings', 'Ground floor.dxf'), `revision ${day}\n${words.repeat(60)}`)
      if (day % 5 === 0) rmSync(join(path, 'Photos', `Photo ${day % filesAtFirst}.jpg`), { force: true })
    },
  }
}

function writeFile(path: string, computer: string, index: number): void {
  const folder = folders[index % folders.length] ?? 'Letters'
  if (folder === 'Photos') writeFileSync(join(path, folder, `Photo ${index}.jpg`), noise(`${computer} ${index}`))
  else writeFileSync(join(path, folder, `${folder.slice(0, -1)} ${index}.txt`), `${computer}\n${words.repeat(10 + index)}`)
}

/** What does not compress, as photos do not. */
function noise(seed: string): Buffer {
  const pieces: Buffer[] = []
  for (let bytes = 0, turn = 0; bytes < photoBytes; bytes += 64, turn += 1)
    pieces.push(createHash('sha512').update(`${seed} ${turn}`).digest())
  return Buffer.concat(pieces)
}

function demoNumber(computer: string, day: number): number {
  return createHash('sha256').update(`${computer} ${day}`).digest().readUInt16BE(0)
}
