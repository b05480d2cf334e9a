/** Second copies on their schedules, and the watch over their age. */
import { z } from 'zod'
import type { Chore, ChoreProgress } from '../chores/chore.ts'
import { every } from '../chores/due.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, parseId } from '../runtime/ids.ts'
import type { CopiesService, DueCopy } from './copies-service.ts'
import type { CopyPhase, CopyProgress, CopyRunResult } from './copy.ts'
import { resultText } from './copy-words.ts'

export const copyChoreName = 'copy'

/** What a person asks of the chore; without one it runs whatever is due. */
export interface CopyOrder {
  readonly copyId: Id<'cpy'>
  readonly kind: CopyOrderKind
}

export const copyOrderKinds = ['run', 'verify', 'verify-everything'] as const
export type CopyOrderKind = (typeof copyOrderKinds)[number]

const orderSchema = z.object({ copyId: z.string(), kind: z.enum(copyOrderKinds) })

const phaseWords: Readonly<Record<CopyPhase, string>> = {
  looking: 'looking at both sides',
  copying: 'copying',
  'reading-back': 'reading the copy back',
}

export interface EndedCopy {
  readonly copyId: Id<'cpy'>
  readonly name: string
  readonly result: CopyRunResult
}

/** `copies`: what was run, and how each ended; a copy that failed has raised its own alarm. */
export type CopyChoreDetail = { readonly copies: readonly EndedCopy[] }

export function copyChore({ copies, clock }: { readonly copies: CopiesService; readonly clock: Clock }): Chore {
  return {
    name: copyChoreName,
    title: 'Second copy',
    about: 'Brings every second copy up to date on its schedule, and reads a part of it back.',
    page: '/storage/copies',
    weight: 'heavy',
    needsClock: false,
    dueAt: async () => earliest(await copies.listDue()),
    run: async ({ signal, onProgress, input }) => {
      const order = input === undefined ? undefined : readOrder(input)
      const chosen =
        order === undefined ? await findDue(copies, clock.now()) : [{ ...(await copies.get(order.copyId)), kind: order.kind }]
      const ended: EndedCopy[] = []
      for (const { copy, kind } of chosen) {
        const options = { signal, onProgress: (progress: CopyProgress) => onProgress(choreProgress(copy.name, progress)) }
        const result =
          kind === 'run'
            ? await copies.run(copy.copyId, options)
            : await copies.verify(copy.copyId, { ...options, isEverything: kind === 'verify-everything' })
        signal.throwIfAborted()
        ended.push({ copyId: copy.copyId, name: copy.name, result })
      }
      const detail: CopyChoreDetail = { copies: ended }
      return { summary: ended.map(({ name, result }) => resultText(name, result)).join(' ') || 'No copy was due.', detail }
    },
  }
}

const ageEveryMs = 60 * 60 * 1000

/** Nobody else notices a copy that does not run any more. */
export function copyAgeChore({ copies }: { readonly copies: CopiesService }): Chore {
  return {
    name: 'copy-age',
    title: 'Age of the second copy',
    about: 'Every hour: tells when a second copy has become too old.',
    page: '/storage/copies',
    weight: 'light',
    needsClock: false,
    dueAt: every(ageEveryMs),
    run: async () => {
      await copies.watchAges()
      return { summary: '' }
    },
  }
}

function earliest(statuses: readonly DueCopy[]): number | undefined {
  const due = statuses.flatMap(({ dueAt }) => dueAt ?? [])
  return due.length === 0 ? undefined : Math.min(...due)
}

async function findDue(copies: CopiesService, nowMs: number) {
  const due = (await copies.listDue()).filter(({ dueAt }) => dueAt !== undefined && dueAt <= nowMs)
  return due.map((status) => ({ ...status, kind: 'run' as const }))
}

function readOrder(input: unknown): CopyOrder {
  const { copyId, kind } = orderSchema.parse(input)
  return { copyId: parseId('cpy', copyId), kind }
}

function choreProgress(name: string, { phase, bytes, bytesTotal }: CopyProgress): ChoreProgress {
  const words = `${name}: ${phaseWords[phase]}`
  return phase === 'copying' && bytesTotal > 0 ? { words, done: bytes, total: bytesTotal, unit: 'bytes' } : { words }
}
