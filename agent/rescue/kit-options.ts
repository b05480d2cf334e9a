import { readRecoveryKit, recoveryKitMaxBytes } from '../../engine/index.ts'
import type { Program } from '../command-line/program.ts'
import { AgentError, usageError } from '../errors/agent-error.ts'
import { FileTooLargeError, readSmallFile } from '../state/read-small-file.ts'

/** The options of commands that can do without a box. */
export const rescueOptions = {
  from: { kind: 'value', value: 'FOLDER', about: 'without a box: a folder that holds repositories/… or one repository' },
  'recovery-kit': {
    kind: 'value',
    value: 'FILE',
    about: 'with --from: the recovery kit as txt or html, or a file with the code',
  },
  'recovery-code': { kind: 'flag', about: 'with --from: asks for the code on the kit' },
} as const

export interface GivenKit {
  readonly from: string | undefined
  readonly 'recovery-kit': string | undefined
  readonly 'recovery-code': boolean
}

/** What somebody has in hand: the secret, and what the kit says that it is for. */
export interface HeldKit {
  readonly secret: Buffer
  readonly uid: Buffer | undefined
}

/** A slip is found at once; nobody is asked for ever. */
const triesMax = 5

/** @throws AgentError HF-USAGE, HF-RECOVERY-KIT-UNREADABLE, HF-RECOVERY-CODE-WRONG, HF-RECOVERY-KIT-WRONG */
export async function readGivenKit(program: Program, given: GivenKit): Promise<HeldKit> {
  const file = given['recovery-kit']
  if (file !== undefined && given['recovery-code']) throw usageError('--recovery-kit and --recovery-code: one of them is enough.')
  if (file !== undefined) return heldKit(readKitFile(file), file)
  return await askForCode(program)
}

/** A word that belongs to another way of restoring is a mistake, not a wish to be ignored. @throws AgentError HF-USAGE */
export function checkRescueWords(given: GivenKit): void {
  if (given.from === undefined && (given['recovery-kit'] !== undefined || given['recovery-code']))
    throw usageError('--recovery-kit and --recovery-code need --from: the folder with the copy of the backups.')
}

function readKitFile(path: string): string {
  try {
    const bytes = readSmallFile(path, recoveryKitMaxBytes)
    if (bytes === undefined) throw unreadable(`There is no file ${path}.`)
    return bytes.toString('utf8')
  } catch (cause) {
    if (cause instanceof AgentError) throw cause
    if (cause instanceof FileTooLargeError) throw unreadable(`${path} is far larger than a recovery kit.`, cause)
    throw unreadable(`${path}: ${(cause as Error).message}.`, cause)
  }
}

function heldKit(text: string, name: string): HeldKit {
  const read = readRecoveryKit(text)
  switch (read.kind) {
    case 'kit':
      if (read.opens === 'server')
        throw new AgentError(
          'HF-RECOVERY-KIT-WRONG',
          `${name} is the kit of a server: it brings back a box, with "holdfast recover".`,
          {
            hint: 'Take the kit of the customer whose files these are.',
          },
        )
      return { secret: read.secret, uid: read.uid }
    case 'no-code':
      throw unreadable(read.isPdf ? `${name} is the PDF of a kit, which is for paper.` : `There is no recovery code in ${name}.`)
    case 'wrong-length':
      throw wrongCode(`The code in ${name} has ${read.symbols} signs; a recovery code has ${read.expected}.`)
    case 'wrong-group':
      throw wrongCode(`Group ${read.group} of the code in ${name} ("${read.text}") does not agree with its check sign.`)
    default:
      return read satisfies never
  }
}

/** Shown while it is typed: 65 signs are not typed blind. */
async function askForCode({ surroundings, report }: Program): Promise<HeldKit> {
  const { terminal } = surroundings
  if (terminal === undefined)
    throw usageError('There is nobody here who could be asked for the recovery code.', 'Name the kit: --recovery-kit FILE')
  for (let tries = 1; ; tries += 1) {
    const typed = await terminal.ask('Recovery code (13 groups of five signs): ')
    try {
      return heldKit(typed, 'what was typed')
    } catch (error) {
      if (tries === triesMax || !(error instanceof AgentError)) throw error
      report.note(`${error.message} Please look at it again.`)
    }
  }
}

function unreadable(message: string, cause?: unknown): AgentError {
  return new AgentError('HF-RECOVERY-KIT-UNREADABLE', message, { cause })
}

function wrongCode(message: string): AgentError {
  return new AgentError('HF-RECOVERY-CODE-WRONG', message)
}
