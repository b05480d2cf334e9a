import { formatTime } from '../http/api-schemas.ts'
import { Problem } from '../http/problem.ts'
import type { SubscriptionRefusal } from './subscription.ts'

/** How the API says why backups are not taken. */
export function subscriptionProblem(refusal: SubscriptionRefusal): Problem {
  switch (refusal.kind) {
    case 'customer-suspended':
      return new Problem(
        'HF-CUSTOMER-SUSPENDED',
        refusal.reason === undefined ? {} : { detail: `This account is suspended: ${refusal.reason}` },
      )
    case 'customer-leaving':
      return new Problem('HF-CUSTOMER-LEAVING', {
        detail: `This account was deleted and ends at ${formatTime(refusal.endsAt)}. Until then it can be restored from, and kept after all.`,
      })
    case 'switched-off':
      return new Problem('HF-BACKUPS-SWITCHED-OFF', {
        detail: switchedOffText(refusal),
        members: { switchedOff: { of: refusal.of, reason: refusal.reason, until: timeOrNull(refusal.untilMs) } },
      })
    case 'not-started':
      return new Problem('HF-LICENCE-NOT-STARTED', { detail: `The plan starts at ${formatTime(refusal.startsAt)}.` })
    case 'expired':
      return new Problem('HF-LICENCE-EXPIRED', { detail: `The plan ran out at ${formatTime(refusal.expiredAt)}.` })
    default:
      return refusal satisfies never
  }
}

function switchedOffText({ of, reason, untilMs }: Extract<SubscriptionRefusal, { kind: 'switched-off' }>): string {
  const what = of === 'computer' ? 'Backups of this computer are' : 'Backups are'
  const until = untilMs === undefined ? '' : ` until ${formatTime(untilMs)}`
  return `${what} switched off${until}: ${reason}`
}

function timeOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : formatTime(atMs)
}
