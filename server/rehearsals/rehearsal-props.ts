/** A rehearsal as its page shows it. */
import type { RehearsalProps } from '../../views/pages/plan-change.ts'
import type { TermsProps } from '../../views/partials/terms.ts'
import { placesOver, type Rehearsal, type RehearsedTerms, usedAfter } from './rehearsal.ts'

const computersShown = 60

export function rehearsalProps(rehearsal: Rehearsal, listPath: string): RehearsalProps {
  const { computers } = rehearsal
  return {
    before: termsProps(rehearsal.before),
    after: termsProps(rehearsal.after),
    computers: computers.slice(0, computersShown).map(({ deviceId, lastSeenAt, ...computer }) => ({
      ...computer,
      id: deviceId,
      lastSeenAtMs: lastSeenAt,
    })),
    computersLeftOut: Math.max(0, computers.length - computersShown),
    going: rehearsal.going,
    staying: rehearsal.staying,
    freedBytes: rehearsal.freedBytes,
    usedBytes: rehearsal.usedBytes,
    usedAfterBytes: usedAfter(rehearsal),
    fullAtMs: rehearsal.fullAt,
    over: placesOver(rehearsal),
    places: computers.filter(({ hasPlace }) => hasPlace).length,
    listPath,
  }
}

export function termsProps(terms: RehearsedTerms): TermsProps {
  const { planName, quotaBytes, devicesMax, retention, minIntervalMinutes, features, graceDays, priceText } = terms
  return { name: planName, quotaBytes, devicesMax, retention, minIntervalMinutes, features, graceDays, priceText }
}
