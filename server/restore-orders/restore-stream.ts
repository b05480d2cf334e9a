/** One restore as server-sent events: its part of the page at each sign of progress, once a second at most, until nothing of it changes any more. */
import { streamSSE } from 'hono/streaming'
import { type RestoreProps, restoreFragment } from '../../views/pages/restore-order.ts'
import type { Reader } from '../../views/reader.ts'
import type { AppContext } from '../http/app-environment.ts'
import { Problem } from '../http/problem.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import type { Id } from '../runtime/ids.ts'

const notOftenerMs = 1000
/** Its state is a row; what a computer reports rings no bell here. */
const lookEveryMs = 3000
const signOfLifeMs = 25_000

export function streamRestore(
  c: AppContext,
  of: {
    readonly progress: Pick<ProgressService, 'watch'>
    readonly customerId: Id<'cus'>
    readonly find: () => Promise<{ readonly isLive: boolean; readonly props: RestoreProps } | undefined>
    readonly reader: () => Reader
  },
): Response {
  let change = Promise.withResolvers<void>()
  let gone = Promise.withResolvers<void>()
  let isEnded = false
  const end = () => {
    isEnded = true
    gone.resolve()
    change.resolve()
  }
  const watching = of.progress.watch(of.customerId, { onChange: () => change.resolve(), onClose: end })
  if (watching === undefined) throw new Problem('HF-BUSY')
  c.header('cache-control', 'no-store')
  c.header('x-accel-buffering', 'no')
  return streamSSE(c, async (stream) => {
    stream.onAbort(end)
    try {
      let shown = ''
      while (!isEnded) {
        change = Promise.withResolvers<void>()
        const now = await of.find()
        if (now === undefined) break
        const text = String(await restoreFragment(of.reader(), now.props))
        if (text !== shown) await stream.writeSSE({ data: text })
        else await stream.write(': here\n\n')
        shown = text
        // The reader's end closes the line; asked again, it would only get the same.
        if (!now.isLive) break
        await stream.sleep(notOftenerMs)
        const timer = setTimeout(() => change.resolve(), lookEveryMs)
        await change.promise
        clearTimeout(timer)
      }
      // A line that is closed is opened again by the page at once: it is kept for as long as somebody looks.
      while (!isEnded) {
        // A timer that is left would keep a box that stops waiting for it.
        const timer = setTimeout(() => gone.resolve(), signOfLifeMs)
        await gone.promise
        clearTimeout(timer)
        gone = Promise.withResolvers<void>()
        if (!isEnded) await stream.write(': here\n\n')
      }
    } finally {
      watching.stop()
    }
  })
}
