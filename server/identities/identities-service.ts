/**
 * What computers say of themselves, compared with what is known; and what people decided about it. A computer whose hardware changed
 * goes on being backed up while its chain of versions is right (backup-sessions/instance.ts): nothing is refused because a board was
 * replaced. Two computers under one token are kept apart by that chain; here it is only seen, shown and settled.
 */
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { judgeInstance } from '../backup-sessions/instance.ts'
import type { Database, Transaction } from '../database/database.ts'
import { type Device, formatDeviceNumber } from '../devices/device.ts'
import { findChain, findChainLocked, findDevice, setFingerprint, setInstance } from '../devices/devices-table.ts'
import type { Fingerprint } from '../devices/fingerprint.ts'
import { scoreIdentity } from '../devices/identity-score.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import * as doubts from './doubts-table.ts'
import { findLastToldAt, listFingerprints, noteFingerprint } from './fingerprints-table.ts'
import {
  alarmOfDoubt,
  type ConnectQuestion,
  type Doubt,
  type DoubtAnswer,
  fingerprintAgesMs,
  type PastFingerprint,
  type QuestionAnswer,
  questionLivesMs,
  settledDoubtHoldsMs,
} from './identity.ts'
import { IdentityError } from './identity-error.ts'
import * as questions from './questions-table.ts'

/** What a computer under a token tells of its machine. */
export interface ToldIdentity {
  readonly deviceId: Id<'dev'>
  readonly fingerprint: Fingerprint
  /** The value of the chain that it holds. */
  readonly instance: string | undefined
  readonly agentVersion: string
  readonly address: string
}

/** What a computer showed that was refused as a clone. */
export interface SeenClone {
  readonly deviceId: Id<'dev'>
  readonly print: string
  readonly instance: string | undefined
  readonly address: string
  readonly fingerprint?: Fingerprint
}

export type ToldOutcome = 'recorded' | 'changed' | 'cloned'

export interface IdentitiesService {
  /** Whether the box wants to hear of the machine again: its print is another one, or what is known is old. */
  readonly wantsFingerprint: (deviceId: Id<'dev'>, print: string) => Promise<boolean>
  readonly tell: (told: ToldIdentity) => Promise<ToldOutcome>
  readonly noteClone: (seen: SeenClone) => Promise<void>
  /** Newest first. */
  readonly listFingerprints: (deviceId: Id<'dev'>) => Promise<readonly PastFingerprint[]>
  readonly listDoubts: (deviceId: Id<'dev'>) => Promise<readonly Doubt[]>
  /** Throws IdentityError `answered`. An answer `withdraw` only says so: whoever asks revokes the device. */
  readonly answerDoubt: (deviceId: Id<'dev'>, answer: DoubtAnswer, actingAs: ActingAs) => Promise<void>
  readonly findQuestion: (questionId: Id<'ask'>) => Promise<ConnectQuestion | undefined>
  readonly listQuestions: (customerId: Id<'cus'>) => Promise<readonly ConnectQuestion[]>
  /** Throws IdentityError `answered`. */
  readonly answerQuestion: (question: ConnectQuestion, answer: QuestionAnswer, actingAs: ActingAs) => Promise<void>
}

export function createIdentities(options: {
  readonly database: Database
  readonly clock: Clock
  readonly alarms: Pick<AlarmsService, 'raise' | 'settle'>
}): IdentitiesService {
  const { database, clock, alarms } = options
  const { kysely } = database

  const raise = async (device: Device, kind: Doubt['kind'], otherAddress: string) => {
    const { deviceId, customerId, name, number } = device
    const who = `${name} (${formatDeviceNumber(number)})`
    const detail =
      kind === 'changed'
        ? `${who}: its board or its disks are others than before.`
        : `${who}: another computer at ${otherAddress} shows its identity. Nothing of that one was taken.`
    await alarms.raise({ code: alarmOfDoubt[kind], subject: deviceId, customerId, deviceId, detail })
  }

  /** Begins the doubt, or repeats it; false when the same was settled not long ago. */
  const doubt = async (
    device: Device,
    begun: Omit<doubts.NewDoubt, 'deviceId' | 'customerId' | 'known' | 'at'>,
  ): Promise<boolean> => {
    const at = clock.now()
    const { deviceId, customerId, fingerprint: known } = device
    const whole = { ...begun, deviceId, customerId, known, at }
    const isNews = await database.transaction(async (tx) => {
      await findChainLocked(tx, deviceId)
      const before = await doubts.findDoubt(tx, deviceId, begun.kind)
      const isSame = before?.otherPrint === begun.otherPrint
      if (isSame && before.answeredAt !== undefined && at - before.answeredAt < settledDoubtHoldsMs) return false
      if (isSame && before.answeredAt === undefined) await doubts.repeatDoubt(tx, whole)
      else await doubts.beginDoubt(tx, whole)
      return true
    })
    if (isNews) await raise(device, begun.kind, begun.otherAddress)
    return isNews
  }

  const noteClone: IdentitiesService['noteClone'] = async ({ deviceId, print, instance, address, fingerprint }) => {
    const device = await findDevice(kysely, deviceId)
    if (device === undefined) return
    await doubt(device, {
      kind: 'cloned',
      otherPrint: print,
      other: fingerprint,
      otherInstance: instance,
      otherAddress: address,
    })
  }

  const record = (told: ToldIdentity, isKept: boolean) =>
    database.transaction(async (tx) => {
      await noteFingerprint(tx, { ...told, cause: 'seen', at: clock.now() })
      if (isKept) await setFingerprint(tx, told.deviceId, told.fingerprint)
    })

  const tell: IdentitiesService['tell'] = async (told) => {
    const { deviceId, fingerprint, address, instance } = told
    const [device, chain] = [await findDevice(kysely, deviceId), await findChain(kysely, deviceId)]
    if (device === undefined || chain === undefined) throw new IdentityError('not-found', 'There is no such computer.')
    const { print } = fingerprint
    const shown = { value: instance, print, instance: chain.instance, knownPrint: chain.fingerprintPrint }
    if (judgeInstance(shown) === 'cloned') {
      await noteClone({ deviceId, print, instance, address, fingerprint })
      return 'cloned'
    }
    const { facts, verdict } = scoreIdentity(device.fingerprint, fingerprint)
    const isOther = facts.board === 'other' || verdict === 'moved-disk' || verdict === 'cloned'
    await record(told, !isOther)
    if (!isOther) return 'recorded'
    const begun = { otherPrint: print, other: fingerprint, otherInstance: instance, otherAddress: address }
    return (await doubt(device, { ...begun, kind: 'changed' })) ? 'changed' : 'recorded'
  }

  return {
    wantsFingerprint: async (deviceId, print) => {
      const chain = await findChain(kysely, deviceId)
      if (chain === undefined) return false
      const toldAt = await findLastToldAt(kysely, deviceId)
      if (toldAt === undefined || clock.now() - toldAt >= fingerprintAgesMs) return true
      if (chain.fingerprintPrint === print) return false
      const open = await doubts.listOpenDoubts(kysely, deviceId)
      return !open.some(({ otherPrint, other }) => otherPrint === print && other !== undefined)
    },
    tell,
    noteClone,
    listFingerprints: (deviceId) => listFingerprints(kysely, deviceId),
    listDoubts: (deviceId) => doubts.listOpenDoubts(kysely, deviceId),
    answerDoubt: async (deviceId, answer, actingAs) => {
      const kind = answer === 'accept' || answer === 'withdraw' ? 'changed' : 'cloned'
      await database.transaction(async (tx) => {
        const chain = await findChainLocked(tx, deviceId)
        const open = await doubts.findDoubtLocked(tx, deviceId, kind)
        if (chain === undefined || open === undefined || open.answer !== undefined) throw answered()
        const silencedPrint = await settle(tx, open, answer, chain.fingerprintPrint)
        const answeredAt = clock.now()
        await doubts.settleDoubt(tx, { deviceId, kind, answer, answeredAt, silencedPrint })
        const { customerId } = open
        const entry = { at: answeredAt, action: 'device.doubt-answered', objectId: deviceId, customerId } as const
        await insertAudit(tx, { ...actingAs, ...entry, detail: { doubt: kind, answer, other: open.otherAddress } })
      })
      await alarms.settle({ code: alarmOfDoubt[kind], subject: deviceId })
    },
    findQuestion: (questionId) => questions.findQuestion(kysely, questionId),
    listQuestions: (customerId) => questions.listOpenQuestions(kysely, { customerId, sinceMs: clock.now() - questionLivesMs }),
    answerQuestion: async ({ questionId, customerId, deviceId, name }, answer, actingAs) => {
      const answeredAt = clock.now()
      await database.transaction(async (tx) => {
        if (!(await questions.answerQuestion(tx, { questionId, answer, answeredAt }))) throw answered()
        const entry = { at: answeredAt, action: 'device.question-answered', objectId: deviceId, customerId } as const
        await insertAudit(tx, { ...actingAs, ...entry, detail: { answer, computer: name } })
      })
    },
  }
}

/** Makes the answer true. Gives the print of the computer that is to connect anew, or of the one that was accepted. */
async function settle(tx: Transaction, doubt: Doubt, answer: DoubtAnswer, knownPrint: string): Promise<string> {
  const { deviceId, other, otherPrint, otherInstance } = doubt
  switch (answer) {
    case 'accept':
      if (other !== undefined) await setFingerprint(tx, deviceId, other)
      return otherPrint
    case 'other-stays':
      // What the other one showed is the newest from now on; so what the known one shows next is not.
      await setInstance(tx, deviceId, {
        newest: otherInstance ?? '',
        previous: undefined,
        isNewestShown: true,
        isAnyTaken: otherInstance === undefined,
      })
      if (other !== undefined) await setFingerprint(tx, deviceId, other)
      return knownPrint
    case 'known-stays':
    case 'withdraw':
      return otherPrint
    default:
      return answer satisfies never
  }
}

function answered(): IdentityError {
  return new IdentityError('answered', 'This was answered already.')
}
