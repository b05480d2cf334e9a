import { AgentError, usageError } from '../errors/agent-error.ts'
import { openReport, type Report } from '../output/report.ts'
import { wordsFor } from '../output/words.ts'
import { openActivityLog } from '../state/activity-log.ts'
import { stateFolderAt, stateFolderPath } from '../state/state-folder.ts'
import type { Command } from './command.ts'
import { commandSummaries, isCommandName, laterCommands, loadCommand } from './commands.ts'
import { type ExitCode, exitCodes } from './exit-code.ts'
import { commandHelp, generalHelp } from './help.ts'
import { parseGiven } from './parse-given.ts'
import type { Program } from './program.ts'
import type { Surroundings } from './surroundings.ts'

/** The whole program but for the process around it: words in, text and an exit code out. Never throws. */
export async function runProgram(words: readonly string[], version: string, surroundings: Surroundings): Promise<ExitCode> {
  const { output, errors } = surroundings
  const report = openReport({ isJson: words.includes('--json'), output, errors })
  let command: Command | undefined
  try {
    const [name, ...rest] = words
    if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
      const help = generalHelp(version)
      ;(name === undefined ? errors : output).write(help)
      return name === undefined ? exitCodes.usage : exitCodes.ok
    }
    if (name === '--version') {
      output.write(`${version}\n`)
      return exitCodes.ok
    }
    command = await findCommand(name)
    const { given, isJson, isHelp } = parseGiven(command, rest)
    if (isHelp) {
      output.write(commandHelp(command))
      return exitCodes.ok
    }
    return await command.run(openProgram({ version, surroundings, report: openReport({ isJson, output, errors }) }), given)
  } catch (error) {
    return await fail(error, { report, surroundings, command })
  }
}

async function findCommand(name: string): Promise<Command> {
  if (isCommandName(name)) return await loadCommand(name)
  if (laterCommands.includes(name)) throw new AgentError('HF-NOT-IN-THIS-VERSION', `"${name}" is not in this version.`)
  const known = Object.keys(commandSummaries).join(', ')
  throw usageError(`"${name}" is no command.`, `The commands are: ${known}. See holdfast-agent --help.`)
}

function openProgram(parts: { version: string; surroundings: Surroundings; report: Report }): Program {
  const { surroundings } = parts
  const state = stateFolderAt(stateFolderPath(surroundings), surroundings.platform)
  const { now, timeZone, processId } = surroundings
  const log = openActivityLog({ folder: state.logFolder, now, timeZone, processId })
  return { ...parts, state, log, words: wordsFor(surroundings) }
}

interface Failing {
  readonly report: Report
  readonly surroundings: Surroundings
  readonly command: Command | undefined
}

/** The border where errors end: one explanation for people or programs, one line in the log. */
async function fail(error: unknown, { report, surroundings, command }: Failing): Promise<ExitCode> {
  const { explainError } = await import('../errors/explain-error.ts')
  const explanation = explainError(error)
  const { log } = openProgram({ version: '', surroundings, report })
  const { code, detail, requestId } = explanation
  if (command) log.write('failed', { command: command.name, code, detail, requestId, ...internals(error, code) })
  report.failure(explanation, { isLastEvent: command?.answers === 'events' && explanation.exitCode === exitCodes.failed })
  return explanation.exitCode
}

/** For whoever has to find a mistake of this program. */
function internals(error: unknown, code: string): object {
  return code === 'HF-AGENT-INTERNAL' && error instanceof Error ? { stack: error.stack } : {}
}
