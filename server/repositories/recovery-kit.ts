/**
 * The recovery kit as plain text: the code that opens a customer's backups when the box, its database and its master key are gone,
 * and what to do with it. It names no password and no key of the box. Pure.
 */
import { formatRecoveryCode } from '../../engine/index.ts'

export interface RecoveryKit {
  readonly customerName: string
  readonly customerNumber: string
  readonly uid: Buffer
  readonly recoverySecret: Buffer
  /** Where the box is reached, as far as it knows. */
  readonly addresses: readonly string[]
  readonly printedAt: string
}

const groupsPerLine = 5
const lineWidth = 78

export function recoveryKitText(kit: RecoveryKit): string {
  const uid = kit.uid.toString('hex')
  return [
    'HOLDFAST RECOVERY KIT',
    '='.repeat(lineWidth),
    '',
    `Customer:    ${kit.customerName} (${kit.customerNumber})`,
    `Repository:  ${uid}`,
    ...kit.addresses.map((address, index) => `${index === 0 ? 'Box:         ' : '             '}${address}`),
    `Printed:     ${kit.printedAt}`,
    '',
    'Recovery code',
    '-------------',
    '',
    ...codeLines(kit.recoverySecret).map((line) => `    ${line}`),
    '',
    'Keep this sheet',
    '---------------',
    '',
    ...wrap(
      'Whoever holds this code and a copy of the stored backups can read every file in them. Print it, keep it where you keep ' +
        'contracts, away from the computers it protects, and delete the file it came in. It stays valid until new codes are made.',
    ),
    '',
    'When files are needed and the box still runs',
    '--------------------------------------------',
    '',
    ...wrap('You do not need this sheet. Sign in at the address above, or restore with the agent on the computer.'),
    '',
    'When the box is gone and a copy of its repository is left',
    '---------------------------------------------------------',
    '',
    ...steps([
      `Find the folder repositories/${uid} on the disk, in the second copy, or on the storage where it was kept.`,
      'Install the newest Holdfast agent on any computer. Restore everything into an empty folder (KIT is the file with this sheet):',
      '  holdfast-agent restore latest --from FOLDER --recovery-kit KIT --to EMPTY',
      'Typing instead of a file: --recovery-code, and the code above when it asks. Upper and lower case, dashes and blanks do not ' +
        'matter; the fifth sign of each group checks the four before it, so a slip is found at once.',
      'Without the agent: tests/interop/decoder.py in the source of Holdfast needs Python 3.9 and nothing else. Put the code alone into ' +
        'a file CODE; the first command lists the versions, the second restores one:',
      '  python3 decoder.py snapshots FOLDER --key CODE',
      '  python3 decoder.py extract FOLDER --key CODE --snapshot ID --to EMPTY',
    ]),
    '',
    ...wrap('Every byte of the stored files is described in docs/format of Holdfast.'),
    '',
  ].join('\n')
}

/** The code in the groups that people read aloud, a few to a line. */
function codeLines(secret: Buffer): readonly string[] {
  const groups = formatRecoveryCode(secret).split('-')
  const starts = Array.from({ length: Math.ceil(groups.length / groupsPerLine) }, (_, index) => index * groupsPerLine)
  return starts.map((start) => groups.slice(start, start + groupsPerLine).join('-'))
}

function steps(texts: readonly string[]): readonly string[] {
  let number = 0
  return texts.flatMap((text) => {
    if (text.startsWith('  ')) return [`   ${text}`]
    number += 1
    return wrap(text, lineWidth - 3).map((line, index) => (index === 0 ? `${number}. ${line}` : `   ${line}`))
  })
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
