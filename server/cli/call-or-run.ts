import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { callCommand } from '../control/control-client.ts'
import { type CommandEnd, type CommandRequest, controlName } from '../control/protocol.ts'
import { findSocketPlace } from '../runtime/socket-place.ts'
import { callerFor } from './caller.ts'
import type { Command, ExitCode, Given } from './command.ts'
import { printProblem } from './print-problem.ts'
import type { HereRun } from './run-here.ts'

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
  const run = { request, config, report }
  const end = command.runAlone === undefined ? await reachBox(run) : await runAlone(command.runAlone, run)
  if (end.event === 'problem') {
    printProblem(end.problem, { isJson })
    return end.exitCode
  }
  const { text, json } = await command.present(end.result, caller)
  if (isJson) console.log(JSON.stringify(json ?? end.result))
  else if (text !== '') console.log(text)
  return end.exitCode
}

/** The whole box is loaded only where none serves: asking one that does is a matter of a tenth of the time. */
async function reachBox(run: HereRun): Promise<CommandEnd> {
  const { request, config } = run
  for (let waitedMs = 0; ; waitedMs += tryAgainEveryMs) {
    const socketPath = findSocketPlace({ dataFolder: config.dataFolder, name: controlName })
    const answer = socketPath && (await callCommand({ socketPath, request, report }))
    if (answer) return answer
    const { runHere } = await import('./run-here.ts')
    const ended = await runHere({ ...run, isBusyRefused: waitedMs >= busyPatienceMs })
    if (ended !== 'busy') return ended
    await wait(tryAgainEveryMs)
  }
}

async function runAlone(lone: NonNullable<Command['runAlone']>, run: HereRun): Promise<CommandEnd> {
  const { runAloneHere } = await import('./run-here.ts')
  return runAloneHere(lone, run)
}

function report(line: string): void {
  process.stderr.write(`${line}\n`)
}
