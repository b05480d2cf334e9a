/**
 * Has one computer's rules done: what they let go into the bin, what they want again out of it, what waited long enough forgotten.
 * A few versions at a time, so that a commit never waits for more than those; decided anew under the lock each time.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Database } from '../database/database.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { recountVersions } from '../snapshots/version-counters-table.ts'
import { decideDevice } from './decide.ts'
import { forgetVersion } from './forget-version.ts'
import { planSteps, type RetentionStep } from './plan-steps.ts'
import type { RepositoryWriting } from './repository-writing.ts'
import type { DeviceRules } from './retention.ts'
import { isEnding, type Marking, putIntoBin, takeOutOfBin } from './version-bin.ts'

export interface RulesToApply {
  readonly database: Database
  readonly clock: Clock
  readonly timeZone: string
  readonly write: RepositoryWriting['write']
  readonly marking: Pick<Marking, 'place' | 'reached'>
  readonly readObservedTime: () => Promise<number>
  readonly signal: AbortSignal
}

export interface AppliedRules {
  readonly binned: number
  readonly takenBack: number
  readonly forgotten: number
}

const stepsPerLock = 32

export interface RuledDevice extends Pick<DeviceRules, 'rules' | 'held'> {
  readonly deviceId: Id<'dev'>
  readonly repositoryId: RepositoryId
}

export async function applyRules(device: RuledDevice, options: RulesToApply): Promise<AppliedRules> {
  const { database, write, marking, signal } = options
  const done = { binned: 0, takenBack: 0, forgotten: 0 }
  let waiting: readonly RetentionStep[]
  do {
    signal.throwIfAborted()
    const turn = await moveSome(device, options)
    done.binned += turn.binned
    done.takenBack += turn.takenBack
    waiting = turn.left
    await yieldToOthers()
  } while (waiting.some(({ kind }) => kind !== 'forget'))
  for (const { version } of waiting) {
    signal.throwIfAborted()
    if (await forgetVersion(version, { database, write, ...marking })) done.forgotten += 1
  }
  return done
}

interface Turn {
  readonly binned: number
  readonly takenBack: number
  /** What is still to be done. */
  readonly left: readonly RetentionStep[]
}

async function moveSome(
  device: RuledDevice,
  { database, clock, timeZone, write, marking, readObservedTime }: RulesToApply,
): Promise<Turn> {
  const { deviceId, repositoryId, rules, held } = device
  const observedMs = await readObservedTime()
  const turn = await database.transaction(async (tx): Promise<Turn> => {
    await lockRepository(tx, repositoryId)
    const at = clock.now()
    const decisions = await decideDevice(tx, { deviceId, rules, held, timeZone, nowMs: at })
    const steps = planSteps(decisions, { ms: at, observedMs }).map((step) => endedInstead(step, marking))
    const moves = steps.filter(({ kind }) => kind !== 'forget')
    const now = moves.slice(0, stepsPerLock)
    for (const { kind, version } of now) {
      const whole = { ...marking, at, observedMs }
      await write(() => (kind === 'to-bin' ? putIntoBin(tx, version, whole, undefined) : takeOutOfBin(tx, version, whole)))
    }
    if (now.length > 0) await recountVersions(tx, deviceId)
    marking.reached('mark:before-commit')
    const binned = now.filter(({ kind }) => kind === 'to-bin').length
    return { binned, takenBack: now.length - binned, left: steps.filter((step) => !now.includes(step)) }
  })
  marking.reached('mark:committed')
  return turn
}

/** A version that has its tombstone already, from a run that failed after it, does not come back: its end is finished. */
function endedInstead(step: RetentionStep, { place }: Pick<Marking, 'place'>): RetentionStep {
  return step.kind === 'take-back' && isEnding(place, step.version) ? { ...step, kind: 'forget' } : step
}
