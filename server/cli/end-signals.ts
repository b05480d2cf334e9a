/** Ctrl-C, or a polite request to stop. */

const endSignals = ['SIGINT', 'SIGTERM'] as const
/** npm passes a terminal's Ctrl-C on to a program that the terminal has told already: one wish, two signals. */
const sameWishMs = 1000

/** Aborts at the first signal. A later one means that somebody will not wait: `onImpatience`. */
export function listenForEnd(options: { readonly onImpatience: () => void }): AbortController {
  const ending = new AbortController()
  let isPatienceOver = false
  for (const name of endSignals) {
    process.on(name, () => {
      if (isPatienceOver) options.onImpatience()
      if (ending.signal.aborted) return
      ending.abort('asked to')
      setTimeout(() => {
        isPatienceOver = true
      }, sameWishMs).unref()
    })
  }
  return ending
}
