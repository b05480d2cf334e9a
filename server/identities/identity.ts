/**
 * Who a computer is, where that is not plain: what it said of itself in the course of time, and the questions that only people can
 * answer. A computer that wants in and looks like a known one is a `ConnectQuestion`; a known one that is not what it was, or is two,
 * is a `Doubt`. The score (devices/identity-score.ts) is the reason to ask; nothing is mixed before somebody has said so.
 */
import type { Fingerprint } from '../devices/fingerprint.ts'
import type { IdentityVerdict } from '../devices/identity-score.ts'
import type { Id } from '../runtime/ids.ts'

/** `connected`: at its first contact, or when it took a place over. `seen`: it had changed when it was next heard from. */
export const fingerprintCauses = ['connected', 'seen'] as const
export type FingerprintCause = (typeof fingerprintCauses)[number]

export interface PastFingerprint {
  readonly cause: FingerprintCause
  readonly fingerprint: Fingerprint
  readonly agentVersion: string
  readonly address: string
  readonly firstAt: number
  readonly lastAt: number
}

/** `changed`: other hardware under the same token. `cloned`: two computers show one token. */
export const doubtKinds = ['changed', 'cloned'] as const
export type DoubtKind = (typeof doubtKinds)[number]

export const doubtAnswers = {
  /** The hardware was replaced; or the token went where it does not belong. */
  changed: ['accept', 'withdraw'],
  /** Which of the two goes on; the other one connects anew. */
  cloned: ['known-stays', 'other-stays'],
} as const satisfies Readonly<Record<DoubtKind, readonly string[]>>
export type DoubtAnswer = (typeof doubtAnswers)[DoubtKind][number]

export interface Doubt {
  readonly deviceId: Id<'dev'>
  readonly customerId: Id<'cus'>
  readonly kind: DoubtKind
  /** As the box believed the computer to be when the doubt began. */
  readonly known: Fingerprint
  readonly otherPrint: string
  /** Undefined when the other one has told no more than its print. */
  readonly other: Fingerprint | undefined
  /** The value of the chain (backup-sessions/instance.ts) that the other one showed. */
  readonly otherInstance: string | undefined
  readonly otherAddress: string
  readonly firstAt: number
  readonly lastAt: number
  readonly times: number
  readonly answer: DoubtAnswer | undefined
  readonly answeredAt: number | undefined
}

/** The alarm that stands until a doubt of a kind is answered; its subject is the device's id. */
export const alarmOfDoubt = { changed: 'HF-DEVICE-CHANGED', cloned: 'HF-DEVICE-CLONED' } as const satisfies Readonly<
  Record<DoubtKind, string>
>
export const doubtAlarms = Object.values(alarmOfDoubt)

export const questionAnswers = ['take-over', 'as-new'] as const
export type QuestionAnswer = (typeof questionAnswers)[number]

export interface ConnectQuestion {
  readonly questionId: Id<'ask'>
  readonly customerId: Id<'cus'>
  /** The computer that it looks like, or that it asks to replace. */
  readonly deviceId: Id<'dev'>
  readonly enrolmentId: Id<'enr'> | undefined
  readonly verdict: IdentityVerdict
  readonly likeness: number
  readonly name: string
  readonly fingerprint: Fingerprint
  readonly address: string
  readonly askedAt: number
  readonly lastAt: number
  readonly answer: QuestionAnswer | undefined
  readonly answeredAt: number | undefined
}

const hourMs = 60 * 60 * 1000
/** A question that nobody repeats is dropped from the pages after so long. */
export const questionLivesMs = 7 * 24 * hourMs
/** An answer is good for so long; then the computer asks anew. */
export const answerHoldsMs = 24 * hourMs
/** For so long the one that has to connect anew does not raise the alarm again. */
export const settledDoubtHoldsMs = 30 * 24 * hourMs
/** A computer that has told nothing of itself for so long is asked to. */
export const fingerprintAgesMs = 30 * 24 * hourMs
export const fingerprintsKept = 50
export const questionsKept = 50
