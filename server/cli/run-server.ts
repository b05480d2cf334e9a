import { once } from 'node:events'
import type { Config } from '../config.ts'
import { type Serving, serve } from '../main.ts'
import { thisMachine } from '../this-machine.ts'
import { type ExitCode, exitCodes } from './command.ts'
import { listenForEnd } from './end-signals.ts'

/** `holdfast serve`: runs until Ctrl-C, SIGTERM, or the loss of the database to another server. A second signal does not wait. */
export async function runServer(options: { readonly config: Config; readonly isJson: boolean }): Promise<ExitCode> {
  const ending = listenForEnd({ onImpatience: () => process.exit(exitCodes.failed) })
  // A terminal that closes is no reason to stop half-way; the output simply goes nowhere from then on.
  process.on('SIGHUP', () => {})
  process.stdout.on('error', () => {})
  const machine = thisMachine({ terminal: (line) => process.stderr.write(line) })
  const serving = await serve({ config: options.config, machine, onTaken: () => ending.abort('database taken') })
  announce(serving, options)
  if (!ending.signal.aborted) await once(ending.signal, 'abort')
  if (!options.isJson) console.log('Stopping…')
  await serving[Symbol.asyncDispose]()
  return ending.signal.reason === 'asked to' ? exitCodes.ok : exitCodes.failed
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
