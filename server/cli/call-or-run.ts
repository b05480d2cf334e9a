import { setTimeout as wait } from 'node:timers/promises'
import { type Box, openBox } from '../box.ts'
import type { Config } from '../config.ts'
import { callCommand } from '../control/control-client.ts'
import { type CommandEnd, type CommandRequest, controlName } from '../control/protocol.ts'
import { problemEnd, runCommand } from '../control/run-command.ts'
import { Problem } from '../http/problem.ts'
import { demandRows, rebuildCommandName } from '../rebuild/empty-database.ts'
import { DataFolderInUse } from '../runtime/data-lock.ts'
import { findSocketPlace } from '../runtime/socket-place.ts'
import { createServices } from '../services.ts'
import { thisMachine } from '../this-machine.ts'
import { callerFor } from './caller.ts'
import { type Command, type ExitCode, exitCodes, type Given } from './command.ts'
import { printProblem } from './print-problem.ts'

type Call = {
  readonly command: Command
  readonly given: Given
  readonly config: Config
  readonly isJson: boolean
}

/** A box that is starting or stopping, or another command, holds the folder for a moment. */
const busyPatienceMs = 30_000
const tryAgainEveryMs = 200

/** Has the command run where the box is: in the serving process, or here when there is none. */
export async function callOrRun({ command, given, config, isJson }: Call): Promise<ExitCode> {
  const caller = callerFor(given, config.dataFolder)
  const request: CommandRequest = { name: command.name, input: await command.prepare(caller) }
  const end =
    command.runAlone === undefined ? await reachBox({ request, config }) : await runAlone(command.runAlone, request, config)
  if (end.event === 'problem') {
    printProblem(end.problem, { isJson })
    return end.exitCode
  }
  const { text, json } = await command.present(end.result, caller)
  if (isJson) console.log(JSON.stringify(json ?? end.result))
  else if (text !== '') console.log(text)
  return end.exitCode
}

type Reaching = { readonly request: CommandRequest; readonly config: Config }

async function reachBox({ request, config }: Reaching): Promise<CommandEnd> {
  for (let waitedMs = 0; ; waitedMs += tryAgainEveryMs) {
    const socketPath = findSocketPlace({ dataFolder: config.dataFolder, name: controlName })
    const answer = socketPath && (await callCommand({ socketPath, request, report }))
    if (answer) return answer
    try {
      return await runHere({ request, config })
    } catch (error) {
      if (!(error instanceof DataFolderInUse) || waitedMs >= busyPatienceMs) throw error
    }
    await wait(tryAgainEveryMs)
  }
}

async function runHere({ request, config }: Reaching): Promise<CommandEnd> {
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const machine = thisMachine({ terminal: (line) => process.stderr.write(line) })
  await using box: Box = await openBox({ config, machine, onTaken: interrupt })
  // Everything else would take the box for a new one.
  if (request.name !== rebuildCommandName) await demandRows(box)
  await using services = await createServices(box)
  return await runCommand(request, { services, report, signal: interrupted.signal })
}

/** In this process, with nothing but the machine and the settings. */
async function runAlone(run: NonNullable<Command['runAlone']>, { input }: CommandRequest, config: Config): Promise<CommandEnd> {
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const machine = thisMachine({ terminal: (line) => process.stderr.write(line) })
  try {
    const { result, exitCode = exitCodes.ok } = await run(input, {
      config,
      machine,
      report,
      signal: interrupted.signal,
      onTaken: interrupt,
    })
    return { event: 'result', exitCode, result: { ...result } }
  } catch (error) {
    return problemEnd(interrupted.signal.aborted ? new Problem('HF-CANCELLED', { cause: error }) : error)
  }
}

function report(line: string): void {
  process.stderr.write(`${line}\n`)
}
