import { setTimeout as wait } from 'node:timers/promises'
import { RefusedError } from '../../engine/index.ts'
import type { Program } from '../command-line/program.ts'
import type { ServerEntry } from '../config/configuration.ts'
import { usageError } from '../errors/agent-error.ts'
import { AnswerReader } from '../link/answer-reader.ts'
import { type Connected, type ConnectionWish, type Credentials, requestConnection } from '../link/connection-request.ts'

/*
 * A box that knows a computer like this one does not guess: it says which one, and this computer's user says what it is. Whoever came by
 * a link may only add a computer; to take another's place somebody with a login says yes at the box, and this waits for it.
 */

/** The computer that the box means. */
interface KnownComputer {
  readonly number: string
  readonly detail: string
  /** Somebody at the box has to say yes. */
  readonly needsAnswer: boolean
}

const questionsMax = 5
const askEveryMs = 3_000
const waitAtMostMs = 15 * 60_000

/** @throws RefusedError, HF-DEVICE-KNOWN where there is nobody to ask */
export async function connectOrAsk(
  program: Program,
  server: ServerEntry,
  wish: Omit<ConnectionWish, 'fingerprint'>,
): Promise<Connected> {
  const { takeFingerprint } = await import('../machine/fingerprint.ts')
  const whole = { ...wish, fingerprint: await takeFingerprint() }
  const known = await attempt(program, server, whole)
  if (!('needsAnswer' in known)) return known
  const answer = await askWhich(program, known)
  // A code of a second factor is good once.
  const again = { ...whole, credentials: withoutCode(whole.credentials) }
  if (answer === 'new') return requestAskingForCode(program, server, { ...again, isNew: true, replace: undefined })
  const taking = { ...again, replace: known.number }
  return known.needsAnswer ? waitForYes(program, server, taking) : requestAskingForCode(program, server, taking)
}

/** Connected, or the computer that this one looks like, when there is somebody to ask about it. */
async function attempt(program: Program, server: ServerEntry, wish: ConnectionWish): Promise<Connected | KnownComputer> {
  try {
    return await requestAskingForCode(program, server, wish)
  } catch (error) {
    const known = findKnown(error)
    if (known === undefined || !canAsk(program)) throw error
    return known
  }
}

/** A login with a second factor is asked for its code where somebody sits; a script gives --otp. */
async function requestAskingForCode(program: Program, server: ServerEntry, wish: ConnectionWish): Promise<Connected> {
  const { credentials } = wish
  try {
    return await requestConnection(program, server, wish)
  } catch (error) {
    const isAskedFor = error instanceof RefusedError && error.refusal.code === 'HF-OTP-NEEDED'
    if (!isAskedFor || credentials.kind !== 'login' || credentials.otp !== undefined || !canAsk(program)) throw error
    const otp = (await program.surroundings.terminal!.ask('Code of your authenticator, or a recovery code: ')).trim()
    if (otp === '') throw usageError('No code was given.')
    return requestConnection(program, server, { ...wish, credentials: { ...credentials, otp } })
  }
}

function withoutCode(credentials: Credentials): Credentials {
  return credentials.kind === 'login' ? { ...credentials, otp: undefined } : credentials
}

function canAsk({ surroundings, report }: Program): boolean {
  return surroundings.terminal !== undefined && !report.isJson
}

function findKnown(error: unknown): KnownComputer | undefined {
  if (!(error instanceof RefusedError) || error.refusal.code !== 'HF-DEVICE-KNOWN') return undefined
  const answer = new AnswerReader(error.refusal, 'connect')
  const number = answer.object('known').text('number')
  return { number, detail: answer.text('detail'), needsAnswer: answer.flag('needsAnswer') }
}

async function askWhich({ surroundings, report }: Program, { number, detail }: KnownComputer): Promise<'take-over' | 'new'> {
  report.note(detail)
  report.note(`  1  It is ${number}, or takes its place: its jobs and versions go along.`)
  report.note('  2  It is another computer.')
  for (let question = 0; question < questionsMax; question += 1) {
    const answer = (await surroundings.terminal!.ask('Type 1 or 2: ')).trim()
    if (answer === '1') return 'take-over'
    if (answer === '2') return 'new'
  }
  throw usageError('Neither 1 nor 2 was typed. Nothing was done.')
}

async function waitForYes(program: Program, server: ServerEntry, wish: ConnectionWish): Promise<Connected> {
  const { now, stop } = program.surroundings
  const untilMs = now() + waitAtMostMs
  program.report.note('Somebody with a login has to say yes at the box, under Computers. Waiting for that; Ctrl-C stops.')
  for (;;) {
    try {
      return await requestConnection(program, server, wish)
    } catch (error) {
      if (findKnown(error) === undefined || now() >= untilMs) throw error
    }
    await wait(askEveryMs, undefined, { signal: stop })
  }
}
