import { once } from 'node:events'
import type { Machine } from '../box.ts'
import type { Config } from '../config.ts'
import { type Serving, serve } from '../main.ts'
import type { Log } from '../runtime/log.ts'
import { thisMachine } from '../this-machine.ts'
import { type ExitCode, exitCodes } from './command.ts'
import { listenForEnd } from './end-signals.ts'
import { startOrOfferRebuild } from './offer-rebuild.ts'

/** `holdfast serve`: runs until Ctrl-C, SIGTERM, or the loss of the database to another server. A second signal does not wait. */
export async function runServer(options: {
  readonly config: Config
  readonly isJson: boolean
  /** What the torture suite's program has otherwise: a clock that moves, crash points that end it. */
  readonly machine?: Partial<Machine>
}): Promise<ExitCode> {
  const ending = listenForEnd({
    isUnderNpm: process.env.npm_lifecycle_event === 'start',
    hasTerminal: process.stdout.isTTY,
    onImpatience: () => process.exit(exitCodes.failed),
  })
  // A terminal that is gone reads no more; the log has what matters. Unheard, the failure would be logged to the same terminal, for ever.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const machine = { ...thisMachine({ terminal: (line) => process.stderr.write(line) }), ...options.machine }
  const opened: { log?: Log } = {}
  watchForDefects(opened, () => ending.abort('defect'))
  do {
    const again = new AbortController()
    const restart = () => again.abort()
    const onTaken = () => ending.abort('database taken')
    const start = () => serve({ config: options.config, machine: { ...machine, restart }, onTaken })
    const isInteractive = !options.isJson && process.stdin.isTTY && process.stdout.isTTY
    const serving = await startOrOfferRebuild(start, { config: options.config, isInteractive })
    opened.log = serving.log
    announce(serving, options)
    const either = AbortSignal.any([ending.signal, again.signal])
    if (!either.aborted) await once(either, 'abort')
    if (!options.isJson) console.log(ending.signal.aborted ? 'Stopping…' : 'Starting again…')
    await serving[Symbol.asyncDispose]()
  } while (!ending.signal.aborted)
  return ending.signal.reason === 'asked to' ? exitCodes.ok : exitCodes.failed
}

/**
 * A promise that nobody waited for concerns one request: it is said, and the box goes on. After an error that nobody caught it is
 * not known what still holds: the box stops in order, and whoever watches over it starts it again.
 */
function watchForDefects(opened: { readonly log?: Log }, end: () => void): void {
  process.on('unhandledRejection', (reason) => opened.log?.error({ err: reason }, 'a defect: a failure that nobody waited for'))
  process.on('uncaughtException', (error) => {
    opened.log?.error({ err: error }, 'a defect: an error that nobody caught; stopping')
    end()
  })
}

function announce(serving: Serving, { isJson }: { readonly isJson: boolean }): void {
  const { url, setupUrl, pin, dataFolder } = serving
  if (isJson) {
    console.log(JSON.stringify({ event: 'ready', url, setupUrl, pin, dataFolder, pid: process.pid }))
    return
  }
  const lines = [
    ['Address', url],
    ...(setupUrl === undefined ? [] : [['First step', `open ${setupUrl}`] as const]),
    ...(pin === undefined ? [] : [['Fingerprint', pin] as const]),
    ['Data', dataFolder],
    ['Stop', 'Ctrl-C'],
  ] as const
  console.log(`\nHoldfast is up.\n\n${lines.map(([name, value]) => `  ${name.padEnd(13)}${value}`).join('\n')}\n`)
}
