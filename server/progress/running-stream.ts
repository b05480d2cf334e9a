/** What runs now as server-sent events: a fragment of the page at each change, once a second at most, until the reader goes. */
import { streamSSE } from 'hono/streaming'
import { runningFragment } from '../../views/partials/work.ts'
import type { Reader } from '../../views/reader.ts'
import type { AppContext } from '../http/app-environment.ts'
import { Problem } from '../http/problem.ts'
import type { Id } from '../runtime/ids.ts'
import type { ProgressService } from './progress-service.ts'
import { mayStopIn, runningProps } from './work-props.ts'

const notOftenerMs = 1000
/** A silent line is cut by proxies, and by this box, after a minute or two. */
const signOfLifeMs = 25_000

export function streamRunning(
  c: AppContext,
  progress: ProgressService,
  of: {
    readonly customerId: Id<'cus'>
    readonly deviceId: Id<'dev'> | undefined
    readonly path: string
    readonly reader: () => Reader
  },
): Response {
  const { customerId, deviceId, path } = of
  const mayStop = mayStopIn(c, customerId)
  let change = Promise.withResolvers<void>()
  let isEnded = false
  const end = () => {
    isEnded = true
    change.resolve()
  }
  const watching = progress.watch(customerId, { onChange: () => change.resolve(), onClose: end })
  if (watching === undefined) throw new Problem('HF-BUSY')
  c.header('cache-control', 'no-store')
  c.header('x-accel-buffering', 'no')
  return streamSSE(c, async (stream) => {
    stream.onAbort(end)
    try {
      let wasRunning = false
      while (!isEnded) {
        change = Promise.withResolvers<void>()
        const running = progress.list(customerId).filter((one) => deviceId === undefined || one.deviceId === deviceId)
        if (running.length > 0 || wasRunning) {
          const props = running.map((backup) => runningProps(backup, mayStop))
          await stream.writeSSE({ data: String(await runningFragment(of.reader(), props, path)) })
        }
        wasRunning = running.length > 0
        await stream.sleep(notOftenerMs)
        if (isEnded) break
        const timer = setTimeout(() => change.resolve(), signOfLifeMs)
        await change.promise
        clearTimeout(timer)
        await stream.write(': here\n\n')
      }
    } finally {
      watching.stop()
    }
  })
}
