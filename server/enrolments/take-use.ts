import type { Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { type Enrolment, type EnrolmentState, enrolmentStateAt } from './enrolment.ts'
import { EnrolmentError } from './enrolment-error.ts'
import { countUse, findEnrolmentLocked } from './enrolments-table.ts'

/** In the transaction that makes the computer's row: the last use goes to one computer only. Throws as `admit`. */
export async function takeUse(
  tx: Transaction,
  use: { readonly enrolmentId: Id<'enr'>; readonly deviceId: Id<'dev'>; readonly usedAt: number },
): Promise<void> {
  const enrolment = await findEnrolmentLocked(tx, use.enrolmentId)
  if (enrolment === undefined) throw unknownEnrolment('link')
  demandOpen(enrolment, use.usedAt)
  await countUse(tx, { enrolment, deviceId: use.deviceId, usedAt: use.usedAt })
}

/** @throws EnrolmentError `expired`, `used`, `revoked` */
export function demandOpen(enrolment: Enrolment, nowMs: number): void {
  const state = enrolmentStateAt(enrolment, nowMs)
  if (state !== 'open') throw new EnrolmentError(state, whyNot(state, enrolment))
}

function whyNot(state: Exclude<EnrolmentState, 'open'>, enrolment: Enrolment): string {
  switch (state) {
    case 'used':
      return usedSentence(enrolment)
    case 'expired':
      return `It was good until ${new Date(enrolment.expiresAt).toISOString()}.`
    case 'revoked':
      return 'Whoever made it, or somebody beside them, has withdrawn it.'
    default:
      return state satisfies never
  }
}

function usedSentence({ usesMax }: Enrolment): string {
  return usesMax === 1
    ? 'It was good for one computer, and one has come.'
    : `It was good for ${usesMax} computers, and all have come.`
}

export function unknownEnrolment(kind: 'link' | 'code'): EnrolmentError {
  return new EnrolmentError('unknown', kind === 'link' ? 'This box knows no such link.' : 'This box knows no such code.')
}
