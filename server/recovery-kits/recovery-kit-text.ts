/** The kit as plain text: 78 columns, for any printer and any screen. Pure. */
import type { KitSheet, SheetPart, SheetStep } from './recovery-kit.ts'

const groupsPerLine = 5
const lineWidth = 78
const labelWidth = 14

export function recoveryKitText(sheet: KitSheet): string {
  return [
    sheet.title.toUpperCase(),
    '='.repeat(lineWidth),
    '',
    ...sheet.facts.flatMap(({ label, values }) =>
      values.map((value, index) => `${(index === 0 ? `${label}:` : '').padEnd(labelWidth)}${value}`),
    ),
    '',
    ...heading('Recovery code'),
    ...codeLines(sheet.codeGroups).map((line) => `    ${line}`),
    '',
    ...sheet.parts.flatMap(partLines),
    ...heading('For programs'),
    ...wrap('This file is the key as it stands: give it to --recovery-kit.'),
    '',
    sheet.block,
    '',
  ].join('\n')
}

/** The code in the groups that people read aloud, a few to a line. */
export function codeLines(groups: readonly string[]): readonly string[] {
  const starts = Array.from({ length: Math.ceil(groups.length / groupsPerLine) }, (_, index) => index * groupsPerLine)
  return starts.map((start) => groups.slice(start, start + groupsPerLine).join('-'))
}

function partLines({ title, words = [], steps = [] }: SheetPart): readonly string[] {
  const paragraphs = words.flatMap((text) => [...wrap(text), ''])
  const numbered = steps.flatMap(stepLines)
  return [...heading(title), ...paragraphs, ...numbered, ...(numbered.length > 0 ? [''] : [])]
}

function stepLines({ words, commands = [] }: SheetStep, index: number): readonly string[] {
  const number = `${index + 1}. `
  const lines = wrap(words, lineWidth - number.length)
  return [
    ...lines.map((line, at) => `${at === 0 ? number : ' '.repeat(number.length)}${line}`),
    ...commands.map((command) => `     ${command}`),
  ]
}

function heading(title: string): readonly string[] {
  return [title, '-'.repeat(title.length), '']
}

function wrap(text: string, width = lineWidth): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
