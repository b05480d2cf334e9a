/**
 * Time that the box itself saw pass: it stands still while the box is off, and a clock that jumps moves it by two minutes at most.
 * What waits before something is removed for good counts it, so that a wrong clock removes nothing early. Compared with the clock it
 * shows a jump: a clock that went back, or that left observed time by more than an hour while the box ran. A jump holds (and with it
 * prune and retention) until somebody confirms the clock, or clock and observed time have agreed for an hour.
 */

export interface ClockJump {
  /** By the clock as it was after the jump. */
  readonly noticedAt: number
  /** What the clock would have shown. */
  readonly expectedAt: number
}

export interface ObservedTime {
  readonly observedMs: number
  readonly tickedAt: number
  /** Where clock and observed time were taken to agree; undefined until the first tick of this start. */
  readonly agreement: { readonly clockMs: number; readonly observedMs: number } | undefined
  readonly jump: ClockJump | undefined
  /** For how long they have agreed since the jump. */
  readonly agreeingMs: number
}

/** What one tick may add at most: ticks come every minute. */
export const maxTickMs = 2 * 60_000
/** A clock that is set right by a time server goes back by seconds; more than a tick's worth is a jump. */
const maxBackMs = maxTickMs
export const maxDepartureMs = 60 * 60_000
export const agreementMs = 60 * 60_000
/** Ticks that came late add up: what they come to is forgotten as often. */
const agreementAgeMs = 24 * 60 * 60_000

export function firstReading(nowMs: number): ObservedTime {
  return { observedMs: 0, tickedAt: nowMs, agreement: agreeAt(nowMs, 0), jump: undefined, agreeingMs: 0 }
}

/** The reading that a tick makes of the one before. Pure. */
export function nextReading(before: ObservedTime, nowMs: number): ObservedTime {
  const passedMs = nowMs - before.tickedAt
  const observedMs = before.observedMs + Math.min(Math.max(passedMs, 0), maxTickMs)
  const reading = { observedMs, tickedAt: nowMs }
  const agreement = before.agreement ?? agreeAt(nowMs, observedMs)
  const expectedAt = agreement.clockMs + (observedMs - agreement.observedMs)
  if (passedMs < -maxBackMs || Math.abs(nowMs - expectedAt) > maxDepartureMs)
    return {
      ...reading,
      agreement: agreeAt(nowMs, observedMs),
      jump: { noticedAt: nowMs, expectedAt: Math.max(expectedAt, before.tickedAt) },
      agreeingMs: 0,
    }
  const isOld = observedMs - agreement.observedMs > agreementAgeMs
  const current = isOld ? agreeAt(nowMs, observedMs) : agreement
  if (before.jump === undefined) return { ...reading, agreement: current, jump: undefined, agreeingMs: 0 }
  const agreeingMs = passedMs > maxTickMs ? 0 : before.agreeingMs + Math.max(passedMs, 0)
  const jump = agreeingMs >= agreementMs ? undefined : before.jump
  return { ...reading, agreement: current, jump, agreeingMs: jump === undefined ? 0 : agreeingMs }
}

/** At a start: how long the box was off is not known, so the clock may have gone on by any time; only back it may not go. */
export function readingAtStart(before: ObservedTime, nowMs: number): ObservedTime {
  const wentBack = nowMs - before.tickedAt < -maxBackMs
  return {
    ...before,
    tickedAt: nowMs,
    agreement: agreeAt(nowMs, before.observedMs),
    jump: wentBack ? { noticedAt: nowMs, expectedAt: before.tickedAt } : before.jump,
    agreeingMs: 0,
  }
}

/** Somebody looked at the clock and says that it is right. */
export function confirmedReading(before: ObservedTime, nowMs: number): ObservedTime {
  return { ...before, tickedAt: nowMs, agreement: agreeAt(nowMs, before.observedMs), jump: undefined, agreeingMs: 0 }
}

function agreeAt(clockMs: number, observedMs: number) {
  return { clockMs, observedMs }
}
