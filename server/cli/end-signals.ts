/** Ctrl-C, a polite request to stop, a terminal that was closed, or an `npm start` that is gone. */

const endSignals = ['SIGINT', 'SIGTERM'] as const
/** npm passes a terminal's Ctrl-C on to a program that the terminal has told already: one wish, two signals. */
const sameWishMs = 1000
const lookForParentEveryMs = 200

/** Aborts at the first sign. A later signal means that somebody will not wait: `onImpatience`. */
export function listenForEnd(options: {
  /** Started by npm, whose shell takes a signal for itself and leaves us without a parent. */
  readonly isUnderNpm: boolean
  /** Else whoever closes the terminal (nohup, a service) wants us to go on. */
  readonly hasTerminal: boolean
  readonly onImpatience: () => void
}): AbortController {
  const ending = new AbortController()
  let isPatienceOver = false
  const end = () => {
    if (isPatienceOver) options.onImpatience()
    if (ending.signal.aborted) return
    ending.abort('asked to')
    setTimeout(() => {
      isPatienceOver = true
    }, sameWishMs).unref()
  }
  for (const name of endSignals) process.on(name, end)
  process.on('SIGHUP', options.hasTerminal ? end : () => {})
  if (options.isUnderNpm) whenParentIsGone(end)
  return ending
}

function whenParentIsGone(act: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    act()
  }, lookForParentEveryMs)
  timer.unref()
}
