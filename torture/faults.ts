/** What breaks, and where. Each fault is one run: it begins a history, strikes, and leaves the rest to the judge. */
import { setTimeout as wait } from 'node:timers/promises'
import type { CrashPoint } from '../server/storage-volumes/crash-points.ts'
import type { Bed } from './bed.ts'
import type { Blow } from './box-orders.ts'
import type { History } from './history.ts'

export const victims = ['box', 'database', 'agent'] as const
export type Victim = (typeof victims)[number]

export type Fault =
  /** kill -9 of the victim when the history reaches the point for the nth time. */
  | { readonly kind: 'kill-at-point'; readonly victim: Victim; readonly point: CrashPoint; readonly nth: number }
  /** The same, and the box again at a point on its way up. */
  | { readonly kind: 'kill-twice'; readonly point: CrashPoint; readonly nth: number; readonly second: CrashPoint }
  /** kill -9 of the victim some time after the beginning. */
  | { readonly kind: 'kill-at-moment'; readonly victim: Victim; readonly afterMs: number }
  /** The line is cut after so many bytes, once for each number. */
  | { readonly kind: 'cut'; readonly afterBytes: readonly number[] }
  /** The disk under the repositories fills up at the point; room is made afterwards. */
  | {
      readonly kind: 'full-disk'
      readonly point: CrashPoint
      readonly nth: number
      readonly file: string
      readonly makeRoom: () => void
    }

/** How often it struck: a point may not be reached in a run, a kill may come after the end. */
export async function runFault(bed: Bed, history: History, fault: Fault): Promise<number> {
  const { box, line, steps } = bed
  steps.begin(`prepare ${history.name}`)
  await history.prepare?.(bed)
  steps.begin(`fault in ${history.name}`)
  switch (fault.kind) {
    case 'kill-at-point':
    case 'kill-twice': {
      const victim = fault.kind === 'kill-twice' ? 'box' : fault.victim
      const { point, nth } = fault
      // An agent is known once it runs; it has the line's whole way to go before the box reaches anything.
      if (victim !== 'agent') await box.strikeAt({ point, nth, blow: blowFor(bed, victim) })
      const begun = history.begin(bed)
      if (victim === 'agent' && begun.agentPid !== undefined)
        await box.strikeAt({ point, nth, blow: { kind: 'kill', pid: begun.agentPid } })
      const isDying = () => victim === 'box' && box.countStruck() > 0
      await upAgain(bed, begun.ended, { isDying, second: fault.kind === 'kill-twice' ? fault.second : undefined })
      return box.countStruck()
    }
    case 'kill-at-moment': {
      const begun = history.begin(bed)
      const isOver = await Promise.race([wait(fault.afterMs, false), begun.ended.then(() => true)])
      if (!isOver) killNow(bed, fault.victim, begun.agentPid)
      await upAgain(bed, begun.ended, { isDying: () => !isOver && fault.victim === 'box' })
      return isOver ? 0 : 1
    }
    case 'cut': {
      const countCuts = line.cutNext(fault.afterBytes)
      await history.begin(bed).ended
      return countCuts()
    }
    case 'full-disk': {
      const { point, nth, file } = fault
      await box.strikeAt({ point, nth, blow: { kind: 'fill', file } })
      try {
        await history.begin(bed).ended
      } finally {
        fault.makeRoom()
      }
      // What doubted its disk starts again with it.
      await box.kill()
      await box.start()
      return box.countStruck()
    }
    default:
      return fault satisfies never
  }
}

function blowFor({ box }: Bed, victim: 'box' | 'database'): Blow {
  return victim === 'box' ? { kind: 'kill' } : { kind: 'kill', pid: box.databasePid() }
}

function killNow({ box }: Bed, victim: Victim, agentPid: number | undefined): void {
  const pid = { box: box.pid(), database: box.databasePid(), agent: agentPid }[victim]
  if (pid !== undefined) process.kill(pid, 'SIGKILL')
}

interface Fall {
  /** Whether the box was struck, though its end may not have been heard of yet. */
  readonly isDying: () => boolean
  /** Where it falls again, on its way up. */
  readonly second?: CrashPoint | undefined
}

/** Starts a fallen box while the history still waits for it, as a service manager does. */
async function upAgain({ box }: Bed, ended: Promise<void>, { isDying, second }: Fall): Promise<void> {
  let strike = second && ({ point: second, nth: 1, blow: { kind: 'kill' } } as const)
  await Promise.race([ended, box.fallen()])
  if (isDying()) await box.fallen()
  for (;;) {
    if (!box.isUp()) {
      const falling = strike
      strike = undefined
      await box.start(falling)
      continue
    }
    await Promise.race([ended, box.fallen()])
    if (box.isUp()) return
  }
}
