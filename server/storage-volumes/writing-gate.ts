/**
 * Lets a repository change its place beneath a working box. Work that finds a place and then writes there in several steps is a series;
 * closing the gate waits for the series under way, holds new ones back, then holds single writes back too. While it is closed nothing is
 * written anywhere; whoever waits at it too long is told that the box is busy.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { VolumeError } from './storage-volume.ts'

export interface WritingGate {
  readonly enterSeries: () => Promise<Leave>
  readonly enterWrite: () => Promise<Leave>
  /** Undefined: what was under way did not end in time, and goes on. */
  readonly close: (patience: { readonly withinMs: number; readonly signal: AbortSignal }) => Promise<Leave | undefined>
}

type Leave = () => void

/** A switch takes a moment; an upload waits for it rather than being sent again. */
const maxWaitMs = 60_000
const lookEveryMs = 20

export function createWritingGate(): WritingGate {
  const inside = { series: 0, writes: 0 }
  const closed = { series: false, writes: false }

  const enter = async (kind: 'series' | 'writes'): Promise<Leave> => {
    for (let waitedMs = 0; closed[kind]; waitedMs += lookEveryMs) {
      if (waitedMs >= maxWaitMs) throw new VolumeError('busy', 'Backups are being moved to another disk. Try again in a minute.')
      await wait(lookEveryMs)
    }
    inside[kind] += 1
    return once(() => {
      inside[kind] -= 1
    })
  }
  const open = () => {
    closed.series = false
    closed.writes = false
  }
  const isEmptied = async (kind: 'series' | 'writes', patience: { readonly withinMs: number; readonly signal: AbortSignal }) => {
    for (let waitedMs = 0; inside[kind] > 0; waitedMs += lookEveryMs) {
      if (waitedMs >= patience.withinMs) return false
      await wait(lookEveryMs, undefined, { signal: patience.signal })
    }
    return true
  }
  return {
    enterSeries: () => enter('series'),
    enterWrite: () => enter('writes'),
    close: async (patience) => {
      if (closed.series) throw new Error('the gate is closed already')
      try {
        closed.series = true
        if (await isEmptied('series', patience)) {
          closed.writes = true
          if (await isEmptied('writes', patience)) return once(open)
        }
        open()
        return undefined
      } catch (error) {
        open()
        throw error
      }
    },
  }
}

export function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) work()
    isDone = true
  }
}
