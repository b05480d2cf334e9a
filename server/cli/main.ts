/** `bin/holdfast`: finds the command and hands over. Whatever a command needs is loaded when it is called. */
import { join } from 'node:path'
import { loadConfig } from '../config.ts'
import { type Command, type ExitCode, exitCodes, NotInThisVersion, UsageError } from './command.ts'
import { findCommand, type ListedCommand } from './command-list.ts'
import { commandHelp, overviewHelp } from './help.ts'
import { parseOptions } from './parse-options.ts'

const defaultDataFolder = join(import.meta.dirname, '..', '..', 'data')

process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<ExitCode> {
  try {
    return await dispatch(words)
  } catch (error) {
    const { problemEnd } = await import('../control/run-command.ts')
    const { printProblem } = await import('./print-problem.ts')
    const end = problemEnd(error)
    printProblem(end.problem, { isJson: words.includes('--json') })
    return end.exitCode
  }
}

async function dispatch(words: readonly string[]): Promise<ExitCode> {
  if (words[0] === undefined || ['help', '--help', '-h'].includes(words[0])) {
    console.log(overviewHelp())
    return words[0] === undefined ? exitCodes.wrongUsage : exitCodes.ok
  }
  const found = findCommand(words)
  if (found.kind === 'later') throw new NotInThisVersion(`the command ${found.name}`)
  if (found.kind === 'unknown') throw new UsageError(`There is no command ${words.slice(0, 2).join(' ')}; see holdfast --help.`)
  const command = await found.command.load?.()
  return command === undefined ? runServe(found.command, found.rest) : runOther(found.command, command, found.rest)
}

async function runServe(listed: ListedCommand, words: readonly string[]): Promise<ExitCode> {
  const { isHelp, isJson } = parseOptions([], words)
  if (isHelp) return printHelp(commandHelp(listed, []))
  const config = loadConfig(process.env, { dataFolder: defaultDataFolder })
  const { runServer } = await import('./run-server.ts')
  return runServer({ config, isJson })
}

async function runOther(listed: ListedCommand, command: Command, words: readonly string[]): Promise<ExitCode> {
  const { given, isHelp, isJson } = parseOptions(command.options, words, command.words)
  if (isHelp) return printHelp(commandHelp(listed, command.options, command.about, command.words))
  const config = loadConfig(process.env, { dataFolder: defaultDataFolder })
  const { callOrRun } = await import('./call-or-run.ts')
  return callOrRun({ command, given, config, isJson })
}

function printHelp(text: string): ExitCode {
  console.log(text)
  return exitCodes.ok
}
