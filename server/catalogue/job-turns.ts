/** One stage per job at a time: whoever comes second waits, in order, not forever. */
import { CatalogueError } from './catalogue-error.ts'

export interface JobTurns {
  /** Resolves when it is this one's turn; the answer ends the turn, once. @throws CatalogueError `busy` */
  readonly take: (jobId: number, signal: AbortSignal | undefined) => Promise<() => void>
}

const maxWaitingPerJob = 8

export function createJobTurns(): JobTurns {
  const lines = new Map<number, (() => void)[]>()

  const end = (jobId: number) => {
    const line = lines.get(jobId)
    const next = line?.shift()
    if (next !== undefined) next()
    else lines.delete(jobId)
  }

  return {
    take: async (jobId, signal) => {
      signal?.throwIfAborted()
      const line = lines.get(jobId)
      if (line === undefined) lines.set(jobId, [])
      else await waitIn(line, signal)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        end(jobId)
      }
    },
  }
}

function waitIn(line: (() => void)[], signal: AbortSignal | undefined): Promise<void> {
  if (line.length >= maxWaitingPerJob) throw new CatalogueError('busy', 'Too many backups of this job end at once.')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const leave = () => {
    const at = line.indexOf(turn)
    if (at >= 0) line.splice(at, 1)
    reject(signal?.reason)
  }
  const turn = () => {
    signal?.removeEventListener('abort', leave)
    resolve()
  }
  line.push(turn)
  signal?.addEventListener('abort', leave, { once: true })
  return promise
}
