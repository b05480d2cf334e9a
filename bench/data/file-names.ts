// Names as offices give them: photographs, scans, letters, tables, programs' own files; in folders as deep as people make them.
import type { SeededRandom } from './random.ts'

export interface NamedFile {
  readonly name: string
  readonly bytes: number
}

const words =
  'invoice offer contract letter report minutes budget plan draft final copy tender order delivery reminder holiday salary tax bank lease insurance meeting notes summary list price catalogue survey permit drawing section elevation detail schedule estimate review'.split(
    ' ',
  )
const people =
  'Hartmann Rowe Calder Müller Söhne Larsen Nguyen Fischer Okafor Dubois García Novák Kowalski Rossi Andersson Jensen Schmidt Weber Wagner Becker Hoffmann Schäfer Koch Richter Klein Wolf Neumann Schwarz Zimmermann Braun'.split(
    ' ',
  )
const months = 'January February March April May June July August September October November December'.split(' ')
const programs =
  'desktop.ini Thumbs.db index.js package.json README.md config.xml settings.json style.css main.py __init__.py logo.png index.html LICENSE .DS_Store data.bin cache.db license.txt manifest.json setup.exe core.dll'.split(
    ' ',
  )
const KiB = 1024
const MiB = 1024 ** 2

export function fileName(random: SeededRandom, index: number): NamedFile {
  const kind = random.below(100)
  const number = String(index % 10_000).padStart(4, '0')
  const year = 2012 + random.below(15)
  const pick = (list: readonly string[]) => random.pick(list)
  if (kind < 22) return { name: `IMG_${number}.${pick(['JPG', 'jpg', 'HEIC'])}`, bytes: random.below(6 * MiB) }
  if (kind < 30) return { name: `DSC0${number}.${pick(['JPG', 'NEF', 'ARW'])}`, bytes: random.below(30 * MiB) }
  if (kind < 40)
    return { name: `Scan ${year}-${String(1 + random.below(12)).padStart(2, '0')}-${number}.pdf`, bytes: random.below(2 * MiB) }
  if (kind < 55)
    return {
      name: `${capital(pick(words))} ${year}-${number} ${pick(people)}.${pick(['pdf', 'docx', 'doc'])}`,
      bytes: random.below(400 * KiB),
    }
  if (kind < 63)
    return {
      name: `${String(1 + random.below(12)).padStart(2, '0')} ${pick(months)} ${year}.${pick(['xlsx', 'xls', 'ods'])}`,
      bytes: random.below(200 * KiB),
    }
  if (kind < 72)
    return {
      name: `${pick(words)} ${pick(words)} ${pick(people)} v${random.below(9)}.${pick(['docx', 'pptx', 'odt', 'txt'])}`,
      bytes: random.below(900 * KiB),
    }
  if (kind < 76)
    return { name: `${capital(pick(words))}, rev ${pick(['A', 'B', 'C', 'D'])}, ${number}.dwg`, bytes: random.below(9 * MiB) }
  if (kind < 79) return { name: `MVI_${number}.${pick(['MP4', 'MOV'])}`, bytes: random.below(2_000) * MiB }
  if (kind < 90) return { name: pick(programs), bytes: random.below(60 * KiB) }
  return {
    name: `${((index * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}-${number}.${pick(['dat', 'tmp', 'log', 'xml'])}`,
    bytes: random.below(MiB),
  }
}

export function folderName(random: SeededRandom, index: number): string {
  const pick = (list: readonly string[]) => random.pick(list)
  switch (random.below(5)) {
    case 0:
      return `${capital(pick(words))}s ${2012 + random.below(15)}`
    case 1:
      return `${pick(people)}, ${pick(words)}`
    case 2:
      return `${2012 + random.below(15)}-${String(1 + random.below(12)).padStart(2, '0')} ${pick(months)}`
    case 3:
      return `Project ${1000 + (index % 900)}`
    default:
      return pick(['src', 'lib', 'assets', 'images', 'old', 'archive', 'new folder', 'temp', 'node_modules', 'backup'])
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
