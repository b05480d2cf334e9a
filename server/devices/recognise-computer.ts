/**
 * A computer that comes as a new one, and looks like one that the customer has: it is asked, never mixed in by itself. Whoever has a
 * login answers at that computer. Whoever has only a link may add a computer, and nothing else: taking another one's place opens that
 * one's versions, so an owner, a member or staff says yes to it on the pages, and the computer asks once more.
 */
import type { Database } from '../database/database.ts'
import { answerHoldsMs, type ConnectQuestion } from '../identities/identity.ts'
import { findQuestionOf, putQuestion, repeatQuestion } from '../identities/questions-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ConnectPermit } from './connect-permit.ts'
import type { Device } from './device.ts'
import { listDevices } from './devices-table.ts'
import type { Fingerprint } from './fingerprint.ts'
import { type IdentityScore, identityVerdicts, scoreIdentity } from './identity-score.ts'

export interface KnownComputer {
  readonly device: Device
  readonly score: IdentityScore
  readonly questionId: Id<'ask'>
  /** Somebody else has to say yes before this computer may take the other's place. */
  readonly needsAnswer: boolean
}

export type Recognition =
  | { readonly kind: 'go-on'; readonly replaced: Device | undefined }
  | ({ readonly kind: 'known' } & KnownComputer)

export interface Newcomer {
  readonly permit: ConnectPermit
  readonly fingerprint: Fingerprint
  readonly name: string
  readonly address: string
  /** Its user said that it is another one than any that is known. */
  readonly isNew: boolean
}

/** More than any plan holds. */
const maxCompared = 1000

export async function recogniseComputer(
  newcomer: Newcomer,
  options: { readonly database: Database; readonly clock: Clock; readonly randomness: Randomness },
): Promise<Recognition> {
  const { permit, fingerprint } = newcomer
  const { kysely } = options.database
  if (permit.replaced !== undefined || newcomer.isNew) return { kind: 'go-on', replaced: permit.replaced }
  const { customerId } = permit.customer
  const listed = await listDevices(kysely, { reach: [customerId], afterNumber: 0, limit: maxCompared })
  const devices = listed.filter(({ kind }) => kind === 'agent')
  const asked = await findQuestionOf(kysely, customerId, fingerprint.print)
  const answer = answerThatHolds(asked, options.clock.now())
  if (answer?.answer === 'as-new') return { kind: 'go-on', replaced: undefined }
  const likest = permit.wished ?? findLikest(devices, fingerprint)
  if (likest === undefined) return { kind: 'go-on', replaced: undefined }
  if (answer?.answer === 'take-over' && answer.deviceId === likest.deviceId) return { kind: 'go-on', replaced: likest }
  const known = { device: likest, score: scoreIdentity(likest.fingerprint, fingerprint) }
  const questionId = await ask(newcomer, known, answer === undefined ? asked : undefined, options)
  return { kind: 'known', ...known, questionId, needsAnswer: permit.enrolmentId !== undefined }
}

function answerThatHolds(asked: ConnectQuestion | undefined, nowMs: number): ConnectQuestion | undefined {
  return asked?.answeredAt !== undefined && nowMs - asked.answeredAt < answerHoldsMs ? asked : undefined
}

/** The best story first, then the likest, then the one that was heard from last. */
export function findLikest(devices: readonly Device[], fingerprint: Fingerprint): Device | undefined {
  const scored = devices.map((device) => ({ device, score: scoreIdentity(device.fingerprint, fingerprint) }))
  const rank = (score: IdentityScore) => identityVerdicts.indexOf(score.verdict)
  const [likest] = scored
    .filter(({ score }) => score.verdict !== 'other')
    .toSorted(
      (one, other) =>
        rank(one.score) - rank(other.score) ||
        other.score.likeness - one.score.likeness ||
        other.device.lastSeenAt - one.device.lastSeenAt,
    )
  return likest?.device
}

async function ask(
  { permit, fingerprint, name, address }: Newcomer,
  { device, score }: { readonly device: Device; readonly score: IdentityScore },
  asked: ConnectQuestion | undefined,
  { database, clock, randomness }: { readonly database: Database; readonly clock: Clock; readonly randomness: Randomness },
): Promise<Id<'ask'>> {
  const at = clock.now()
  if (asked?.deviceId === device.deviceId && asked.answer === undefined) {
    await repeatQuestion(database.kysely, { questionId: asked.questionId, at, address, name })
    return asked.questionId
  }
  const questionId = newId('ask', randomness)
  const { customerId } = permit.customer
  const question = {
    questionId,
    customerId,
    deviceId: device.deviceId,
    enrolmentId: permit.enrolmentId,
    name,
    fingerprint,
    address,
    at,
  }
  await database.transaction((tx) => putQuestion(tx, { ...question, verdict: score.verdict, likeness: score.likeness }))
  return questionId
}
