// Text as offices have it: words of a made-up language in their natural frequencies, so that it compresses as letters and tables do.

import type { SeededRandom } from './random.ts'

const onsets = ['b', 'br', 'd', 'f', 'g', 'h', 'k', 'l', 'm', 'n', 'p', 'r', 's', 'st', 't', 'v', 'w', '']
const nuclei = ['a', 'e', 'i', 'o', 'u', 'ei', 'au', 'ä', 'ö']
const codas = ['', 'n', 'r', 's', 't', 'l', 'ng', 'm']
const vocabularySize = 8192

export function makeVocabulary(random: SeededRandom): readonly string[] {
  const words = new Set<string>()
  while (words.size < vocabularySize) {
    let word = ''
    for (let syllables = words.size < 128 ? 1 : 1 + random.below(4); syllables > 0; syllables--)
      word += random.pick(onsets) + random.pick(nuclei) + random.pick(codas)
    if (word.length > 1) words.add(word)
  }
  return [...words]
}

export type TextKind = 'letter' | 'table' | 'log'

export function makeText(kind: TextKind, bytes: number, random: SeededRandom, words: readonly string[]): Buffer {
  const lines: string[] = []
  for (let length = 0, row = 1; length < bytes; row++) {
    const line =
      kind === 'letter' ? sentence(random, words) : kind === 'table' ? tableRow(row, random, words) : logLine(row, random, words)
    lines.push(line)
    length += Buffer.byteLength(line) + 1
  }
  return Buffer.from(`${lines.join('\n')}\n`).subarray(0, bytes)
}

function sentence(random: SeededRandom, words: readonly string[]): string {
  return `${Array.from({ length: 4 + random.below(16) }, () => word(random, words)).join(' ')}.`
}

function tableRow(row: number, random: SeededRandom, words: readonly string[]): string {
  return `${String(row).padStart(6, '0')};${2015 + random.below(11)}-${two(1 + random.below(12))}-${two(1 + random.below(28))};${word(random, words)};${random.below(100_000)}.${two(random.below(100))};${word(random, words)}`
}

function logLine(row: number, random: SeededRandom, words: readonly string[]): string {
  return `${1_600_000_000 + row * 7 + random.below(7)} ${random.pick(['INFO', 'INFO', 'INFO', 'WARN', 'ERROR'])} ${word(random, words)} request=${random.below(1e9)} took=${random.below(5000)}ms`
}

/** Zipf by inversion: rank r has a share of about 1 / r. */
function word(random: SeededRandom, words: readonly string[]): string {
  return words[Math.floor(words.length ** random.unit()) - 1]!
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
