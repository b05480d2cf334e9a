/** What Home says first: how an account stands, as the worst of its computers does. Pure. */
import type { Standing } from '../../views/pages/home-standing.ts'
import { type Computer, restingState } from '../devices/computer.ts'
import type { Subscription } from '../subscriptions/subscription.ts'

/** Undefined: there is no computer yet. */
export function standingOf(computers: readonly Computer[], nowMs: number, nextAtMs?: number): Standing | undefined {
  if (computers.length === 0) return undefined
  const judged = computers.map((computer) => ({ computer, state: restingState(computer, nowMs) }))
  const which = (kind: (typeof judged)[number]['state']['kind']) =>
    judged.filter(({ state }) => state.kind === kind).map(({ computer }) => computer)
  const [failed, never, silent, partial] = [which('failed'), which('none'), which('silent'), which('partial')]
  const paused = which('paused')
  if (failed.length > 0) return { ...namesOf(failed, computers), ...failure(failed), kind: 'failed' }
  if (never.length === computers.length) return waiting(never)
  if (never.length > 0) return { ...namesOf(never, computers), kind: 'missing' }
  if (silent.length > 0) return { ...namesOf(silent, computers), kind: 'silent', lastGoodAtMs: earliest(silent.map(goodAt)) }
  const lastAtMs = latest(computers.map(goodAt))
  if (partial.length > 0) return { ...namesOf(partial, computers), kind: 'partial', lastAtMs, skipped: sum(partial.map(skipped)) }
  if (paused.length > 0) return pausedStanding(paused, computers.length)
  return {
    kind: 'ok',
    names: names(computers),
    lastAtMs,
    files: sum(computers.map(files)),
    sinceMs: earliest(computers.map(firstAt)),
    nextAtMs,
  }
}

/** The licence that counts: the oldest that is running, else the one that ended last. */
export function currentSubscription(subscriptions: readonly Subscription[], nowMs: number): Subscription | undefined {
  const isRunning = ({ validFrom, validUntil }: Subscription) =>
    validFrom <= nowMs && (validUntil === undefined || nowMs < validUntil)
  return subscriptions.find(isRunning) ?? subscriptions.at(-1)
}

function waiting(computers: readonly Computer[]): Standing {
  const running = computers.filter(({ standing }) => standing.runningSince !== undefined)
  return { kind: 'waiting', names: names(computers), running: names(running) }
}

/** Nobody is warned of what was decided, and nobody is told that all is well while nothing is taken. */
function pausedStanding(paused: readonly Computer[], computers: number): Standing {
  const pauses = paused.flatMap(({ standing }) => standing.pause ?? [])
  const untils = pauses.map(({ untilMs }) => untilMs)
  const good = paused.map(({ lastGood }) => lastGood?.receivedAt)
  const known = good.filter((at) => at !== undefined)
  const [of] = pauses.map((pause) => pause.of)
  return {
    kind: 'paused',
    names: names(paused),
    others: computers - paused.length,
    of: of !== undefined && pauses.every((pause) => pause.of === of) ? of : 'computer',
    untilMs: untils.every((until) => until === untils[0]) ? untils[0] : undefined,
    lastGoodAtMs: known.length === good.length ? earliest(known) : undefined,
  }
}

function failure(failed: readonly Computer[]) {
  const good = failed.map(({ lastGood }) => lastGood?.receivedAt)
  const known = good.filter((at) => at !== undefined)
  return {
    failedAtMs: latest(failed.map(({ standing }) => standing.ended?.at ?? 0)),
    lastGoodAtMs: known.length === good.length ? earliest(known) : undefined,
  }
}

function namesOf(some: readonly Computer[], all: readonly Computer[]) {
  return { names: names(some), others: all.length - some.length }
}

const names = (computers: readonly Computer[]) => computers.map(({ device }) => device.name)
const goodAt = ({ lastGood }: Computer) => lastGood?.receivedAt ?? 0
const skipped = ({ newest }: Computer) => newest?.counts.skipped ?? 0
const files = ({ newest }: Computer) => newest?.counts.files ?? 0
const firstAt = ({ device }: Computer) => device.firstVersionAt ?? device.connectedAt
const earliest = (times: readonly number[]) => times.reduce((one, other) => Math.min(one, other))
const latest = (times: readonly number[]) => times.reduce((one, other) => Math.max(one, other))
const sum = (counts: readonly number[]) => counts.reduce((one, other) => one + other, 0)
