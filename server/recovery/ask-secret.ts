import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { readRecoveryKit, recoveryKitMaxBytes } from '../../engine/index.ts'
import { RecoveryError } from './recovery-error.ts'

/** The server's secret out of the kit as a file. @throws RecoveryError */
export function secretOfKitFile(path: string): Buffer {
  return secretOf(readKitFile(path), path)
}

const triesMax = 5

/**
 * Asked for on the terminal, and shown while it is typed: 65 signs are not typed blind. A script may give a line on standard input.
 * @throws RecoveryError
 */
export async function askForSecret(): Promise<Buffer> {
  const isTerminal = process.stdin.isTTY === true
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: isTerminal })
  try {
    for (let tries = 1; ; tries += 1) {
      process.stderr.write('Recovery code of the server (13 groups of five signs): ')
      const typed = await nextLine(lines)
      if (typed === undefined)
        throw new RecoveryError('kit-unreadable', 'There is no code on standard input. Name the kit: --recovery-kit FILE.')
      try {
        return secretOf(typed, 'what was typed')
      } catch (error) {
        if (!isTerminal || tries === triesMax || !(error instanceof RecoveryError)) throw error
        process.stderr.write(`${error.message} Please look at it again.\n`)
      }
    }
  } finally {
    lines.close()
  }
}

async function nextLine(lines: ReturnType<typeof createInterface>): Promise<string | undefined> {
  const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close').then(() => [undefined])])) as [string | undefined]
  return line
}

function readKitFile(path: string): string {
  try {
    if (statSync(path).size > recoveryKitMaxBytes) throw new RecoveryError('kit-unreadable', `${path} is far larger than a kit.`)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof RecoveryError) throw cause
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new RecoveryError('kit-unreadable', `${path} cannot be read (${code}).`, { cause })
  }
}

function secretOf(text: string, name: string): Buffer {
  const read = readRecoveryKit(text)
  switch (read.kind) {
    case 'kit':
      if (read.opens === 'customer')
        throw new RecoveryError('kit-wrong', `${name} is a customer’s kit; a box is brought back with the server’s.`)
      return read.secret
    case 'no-code':
      throw new RecoveryError(
        'kit-unreadable',
        read.isPdf ? `${name} is the PDF of a kit, which is for paper.` : `There is no recovery code in ${name}.`,
      )
    case 'wrong-length':
      throw new RecoveryError(
        'code-wrong',
        `The code in ${name} has ${read.symbols} signs; a recovery code has ${read.expected}.`,
      )
    case 'wrong-group':
      throw new RecoveryError(
        'code-wrong',
        `Group ${read.group} of the code in ${name} ("${read.text}") does not agree with its check sign.`,
      )
    default:
      return read satisfies never
  }
}
