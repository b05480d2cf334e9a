// The office set: 20,000 files, 1.5 GiB by default; 60 % of the files are text, 40 % of the bytes; a tenth are copies; folders up to
// nine deep with names in several scripts; a few empty files and links.

import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SeededRandom } from './random.ts'
import { makeText, makeVocabulary, type TextKind } from './text.ts'

export interface SetSize {
  readonly files: number
  readonly bytes: number
  readonly seed: number
}

const stems = [
  'Angebot',
  'Rechnung',
  'report',
  'Protokoll',
  'Übersicht',
  'résumé',
  'Ελλάδα',
  'договор',
  '見積書',
  "O'Brien & Söhne",
  'budget (final)',
  'scan',
  'IMG',
  'Re\u0301sume\u0301',
]
const tops = ['Vertrieb', 'Buchhaltung', 'Projekte', 'Lager', 'Marketing', 'Архив', '資料']
const textShare = 0.4
const copyShare = 0.1
const fileMaxBytes = 64 * 1024 * 1024

export function makeOfficeSet(folder: string, size: SetSize): void {
  const random = new SeededRandom(size.seed, 'office')
  const words = makeVocabulary(new SeededRandom(size.seed, 'words'))
  const folders = makeFolders(folder, random, Math.max(tops.length, Math.round(size.files / 22)))
  const copies = Math.round(size.files * copyShare)
  const empties = Math.round(size.files * 0.005)
  const plan = planFiles(random, size.files - copies - empties, size.bytes * (1 - copyShare))
  const made: string[] = []
  const write = (extension: string, bytes: Buffer) => {
    const path = join(random.pick(folders), `${random.pick(stems)} ${made.length}.${extension}`)
    writeFileSync(path, bytes)
    const time = 1.66e9 + random.below(1e8) + random.unit()
    utimesSync(path, time, time)
    made.push(path)
  }
  for (const file of plan) {
    const own = new SeededRandom(size.seed, `file/${made.length}`)
    write(file.text ?? 'pdf', file.text ? makeText(file.text, file.bytes, own, words) : Buffer.from(own.bytes(file.bytes)))
  }
  let left = size.bytes * copyShare
  for (let index = 0; index < copies && left > 0; index++) {
    const bytes = readFileSync(made[random.below(plan.length)]!)
    left -= bytes.length
    write('copy', bytes)
  }
  for (let index = 0; index < empties; index++) write('txt', Buffer.alloc(0))
  for (let index = 0; index < size.files / 100; index++)
    symlinkSync(index % 10 === 0 ? '../nowhere' : random.pick(made), join(random.pick(folders), `link ${index}`))
}

function makeFolders(top: string, random: SeededRandom, count: number): string[] {
  const folders = tops.map((name) => ({ path: join(top, name), depth: 1 }))
  while (folders.length < count) {
    const parent = random.pick(folders)
    if (parent.depth < 9)
      folders.push({ path: join(parent.path, `${random.pick(stems)} ${folders.length}`), depth: parent.depth + 1 })
  }
  for (const { path } of folders) mkdirSync(path, { recursive: true })
  return folders.map(({ path }) => path)
}

function planFiles(
  random: SeededRandom,
  count: number,
  bytes: number,
): { readonly text: TextKind | undefined; readonly bytes: number }[] {
  const raw = Array.from({ length: count }, () => {
    const isText = random.unit() < 0.6
    return {
      text: isText ? random.pick<TextKind>(['letter', 'table', 'table', 'log']) : undefined,
      weight: isText ? random.logNormal(6_000, 1.9) : random.logNormal(40_000, 1.5),
    }
  })
  const sum = (isText: boolean) =>
    raw.reduce((total, file) => total + ((file.text !== undefined) === isText ? file.weight : 0), 0)
  const scale = { text: (bytes * textShare) / sum(true), other: (bytes * (1 - textShare)) / sum(false) }
  return raw.map(({ text, weight }) => ({
    text,
    bytes: Math.min(fileMaxBytes, Math.max(20, Math.round(weight * (text ? scale.text : scale.other)))),
  }))
}
