/**
 * Runs the box's chores: those that are due, once a minute; any of them when somebody asks. One heavy chore runs at a time and each
 * chore at most once, so what waits is bounded by how many there are. A chore that fails raises an alarm and is tried again.
 */
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { Database } from '../database/database.ts'
import type { ClockJump } from '../observed-time/observed-time.ts'
import type { ObservedTimeService } from '../observed-time/observed-time-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import {
  boxStops,
  type Chore,
  ChoreError,
  type ChoreProgress,
  type ChoreResult,
  type ChoreState,
  type ChoreView,
  type PastRun,
} from './chore.ts'
import * as table from './chores-table.ts'
import { dueAfterTrouble } from './due.ts'
import { createTurns, type Turn } from './turns.ts'

export interface ChoresService {
  /** Once, before all else: notes the chores, and that those which a killed box left running were interrupted. */
  readonly start: () => Promise<void>
  /** Once a minute: starts what is due, and does not wait for its end. */
  readonly tick: () => Promise<void>
  readonly list: () => Promise<readonly ChoreView[]>
  /** The title of the heavy one that has its turn. */
  readonly heavyNow: () => string | undefined
  /** What ended, the newest first; of one chore, or of all. */
  readonly listPast: (asked: { readonly name: string | undefined; readonly limit: number }) => Promise<readonly PastRun[]>
  /** Throws ChoreError `unknown`. */
  readonly find: (name: string) => Promise<ChoreView>
  /** Starts or queues it, and returns. Throws ChoreError `unknown`, `running`, `held`. */
  readonly runNow: (name: string, input?: unknown) => Promise<void>
  /** The same, to its end. Throws what it failed with, ChoreError `cancelled` too. */
  readonly runToEnd: (
    name: string,
    options: { readonly input?: unknown; readonly signal?: AbortSignal; readonly onProgress?: (progress: ChoreProgress) => void },
  ) => Promise<ChoreResult>
  /** False: it neither runs nor waits. It ends soon, not at once. */
  readonly cancel: (name: string) => boolean
  /** Until everything that was started has ended, or that chore. */
  readonly settled: (name?: string) => Promise<void>
  /** Interrupts what runs, drops what waits, and waits until all has ended. */
  readonly stop: () => Promise<void>
}

type Asked = { readonly input: unknown; readonly onProgress: (progress: ChoreProgress) => void }

export function createChoresService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly alarms: Pick<AlarmsService, 'raise' | 'settle'>
  readonly observedTime: Pick<ObservedTimeService, 'findJump'>
  readonly chores: readonly Chore[]
}): ChoresService {
  const { clock, log, alarms, observedTime } = options
  const { kysely } = options.database
  const chores = new Map(options.chores.map((chore) => [chore.name, chore]))
  if (chores.size !== options.chores.length) throw new Error('two chores have one name')
  const turns = createTurns()

  const get = (name: string): Chore => {
    const chore = chores.get(name)
    if (chore === undefined) throw new ChoreError('unknown', `The box has no chore called ${name}.`)
    return chore
  }

  const work = async (chore: Chore, asked: Asked, turn: Turn): Promise<ChoreResult> => {
    const { name } = chore
    turn.signal.throwIfAborted()
    turn.start(clock.now())
    const onProgress = progressKeeper(name, turn, asked)
    try {
      await table.startChore(kysely, { name, startedAt: clock.now() })
      const result = await chore.run({ signal: turn.signal, onProgress, input: asked.input })
      await table.endChore(kysely, { name, outcome: 'done', endedAt: clock.now(), result })
      await alarms.settle(alarmKey(name))
      log.info({ chore: name, summary: result.summary }, 'chore done')
      return result
    } catch (error) {
      await noteTrouble(chore, turn, error)
      throw turn.signal.aborted ? turn.signal.reason : error
    }
  }

  /** The row follows at a pace; whoever looks at the page sees what is in memory. */
  const progressKeeper = (name: string, turn: Turn, asked: Asked) => {
    let savedAt = 0
    return (progress: ChoreProgress) => {
      turn.note(progress)
      asked.onProgress(progress)
      if (clock.now() - savedAt < saveProgressEveryMs) return
      savedAt = clock.now()
      void table.saveProgress(kysely, name, progress).catch((error: unknown) => log.debug({ err: error }, 'progress not saved'))
    }
  }

  const noteTrouble = async (chore: Chore, turn: Turn, error: unknown) => {
    const { name, title } = chore
    const endedAt = clock.now()
    if (turn.signal.aborted) {
      const outcome = turn.signal.reason === boxStops ? 'interrupted' : 'cancelled'
      await table.endChore(kysely, { name, outcome, endedAt, summary: 'Stopped before its end.' })
      return
    }
    const said = error instanceof Error ? error.message : String(error)
    log.error({ chore: name, err: error }, 'chore failed')
    await table.endChore(kysely, { name, outcome: 'failed', endedAt, summary: said })
    await alarms.raise({ ...alarmKey(name), detail: `${title}: ${said}` })
  }

  const begin = async (
    chore: Chore,
    asked: Asked,
  ): Promise<{ readonly ended: Promise<ChoreResult>; readonly cancel: () => void }> => {
    if (chore.needsClock && (await observedTime.findJump()) !== undefined)
      throw new ChoreError('held', `${chore.title} waits until the clock of the box is confirmed.`)
    const turn = turns.take(chore)
    if (turn === undefined) throw new ChoreError('running', `${chore.title} runs already, or waits for its turn.`)
    return { ended: turn.run(() => work(chore, asked, turn)), cancel: () => turn.cancel(cancelled) }
  }

  /** What nobody waits for has been noted in its row, its alarm and the log. */
  const beginAlone = async (chore: Chore, input: unknown) => {
    const { ended } = await begin(chore, { input, onProgress: () => {} })
    ended.catch(() => {})
  }

  const view = async (chore: Chore, state: ChoreState, jump: ClockJump | undefined): Promise<ChoreView> => {
    const isHeld = chore.needsClock && jump !== undefined
    return { chore, state, activity: turns.activityOf(chore.name), nextAt: await findDue(chore, state), isHeld }
  }
  const list = async (): Promise<readonly ChoreView[]> => {
    const [states, jump] = await Promise.all([table.listChoreStates(kysely), observedTime.findJump()])
    const of = (name: string): ChoreState => {
      const state = states.get(name)
      if (state === undefined) throw new Error(`the chore ${name} has no row`)
      return state
    }
    return await Promise.all([...chores.values()].map((chore) => view(chore, of(chore.name), jump)))
  }
  const nextAt = async (chore: Chore, state: ChoreState) => dueAfterTrouble(state, await chore.dueAt(state, clock.now()))

  /** A chore that cannot even say when it is due holds nobody else up. */
  const findDue = async (chore: Chore, state: ChoreState): Promise<number | undefined> => {
    try {
      return await nextAt(chore, state)
    } catch (error) {
      log.error({ chore: chore.name, err: error }, 'a chore does not know when it is due')
      await alarms.raise({
        ...alarmKey(chore.name),
        detail: `${chore.title}: ${error instanceof Error ? error.message : String(error)}`,
      })
      return undefined
    }
  }

  return {
    start: async () => {
      await table.addChores(kysely, [...chores.keys()], clock.now())
      for (const { name, progress } of await table.listLeftRunning(kysely)) {
        const place = progress === undefined ? '' : ` It was at: ${progress.words}.`
        const summary = `The box was stopped meanwhile.${place}`
        await table.endChore(kysely, { name, outcome: 'interrupted', endedAt: clock.now(), summary })
      }
    },
    tick: async () => {
      const jump = await observedTime.findJump()
      for (const chore of chores.values()) {
        if (turns.activityOf(chore.name).kind !== 'idle' || (chore.needsClock && jump !== undefined)) continue
        const due = await findDue(chore, await table.getChoreState(kysely, chore.name))
        if (due !== undefined && due <= clock.now()) await beginAlone(chore, undefined)
      }
    },
    list,
    heavyNow: () =>
      [...chores.values()].find(({ name, weight }) => weight === 'heavy' && turns.activityOf(name).kind === 'running')?.title,
    listPast: (asked) => table.listPastRuns(kysely, asked),
    find: async (name) => {
      const chore = get(name)
      return view(chore, await table.getChoreState(kysely, name), await observedTime.findJump())
    },
    runNow: async (name, input) => beginAlone(get(name), input),
    runToEnd: async (name, { input, signal, onProgress = () => {} }) => {
      signal?.throwIfAborted()
      const { ended, cancel } = await begin(get(name), { input, onProgress })
      signal?.addEventListener('abort', cancel, { once: true })
      try {
        return await ended
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
    },
    cancel: (name) => turns.cancel(get(name).name, cancelled),
    settled: turns.settled,
    stop: () => turns.stop(boxStops),
  }
}

const saveProgressEveryMs = 5000
const cancelled = new ChoreError('cancelled', 'Somebody stopped it before its end.')

function alarmKey(name: string) {
  return { code: 'HF-CHORE-FAILED', subject: `chore:${name}` } as const
}
