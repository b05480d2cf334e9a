/** Runs a command in this process, as no box serves: with the box's lock and database, or with nothing but the machine and the settings. */
import { type Box, openBox } from '../box.ts'
import type { Config } from '../config.ts'
import type { CommandEnd, CommandRequest } from '../control/protocol.ts'
import { problemEnd, runCommand } from '../control/run-command.ts'
import { Problem } from '../http/problem.ts'
import { demandRows, rebuildCommandName } from '../rebuild/empty-database.ts'
import { DataFolderInUse } from '../runtime/data-lock.ts'
import { createServices } from '../services.ts'
import { thisMachine } from '../this-machine.ts'
import { type Command, exitCodes } from './command.ts'

export interface HereRun {
  readonly request: CommandRequest
  readonly config: Config
  /** A line on how far it is. */
  readonly report: (line: string) => void
}

/** `busy`: another process has the data folder just now. Throws DataFolderInUse instead where that shall be refused. */
export async function runHere(run: HereRun & { readonly isBusyRefused: boolean }): Promise<CommandEnd | 'busy'> {
  try {
    return await withBox(run)
  } catch (error) {
    if (!(error instanceof DataFolderInUse) || run.isBusyRefused) throw error
    return 'busy'
  }
}

async function withBox({ request, config, report }: HereRun): Promise<CommandEnd> {
  using interruption = listenForInterruption()
  const { signal, abort } = interruption
  const machine = thisMachine({ terminal: (line) => process.stderr.write(line) })
  await using box: Box = await openBox({ config, machine, onTaken: abort })
  // Everything else would take the box for a new one.
  if (request.name !== rebuildCommandName) await demandRows(box)
  await using services = await createServices(box)
  return await runCommand(request, { services, report, signal })
}

/** In this process, with nothing but the machine and the settings. */
export async function runAloneHere(
  run: NonNullable<Command['runAlone']>,
  { request, config, report }: HereRun,
): Promise<CommandEnd> {
  using interruption = listenForInterruption()
  const { signal, abort } = interruption
  const machine = thisMachine({ terminal: (line) => process.stderr.write(line) })
  try {
    const { result, exitCode = exitCodes.ok } = await run(request.input, { config, machine, report, signal, onTaken: abort })
    return { event: 'result', exitCode, result: { ...result } }
  } catch (error) {
    return problemEnd(signal.aborted ? new Problem('HF-CANCELLED', { cause: error }) : error)
  }
}

/** Aborts with Ctrl-C, or when it is told to; until it is disposed of, as one command may try many times. */
function listenForInterruption(): Disposable & { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.once(name, abort)
  return {
    signal: controller.signal,
    abort,
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, abort)
    },
  }
}
