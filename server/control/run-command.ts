import { ZodError } from 'zod'
import { type CommandContext, exitCodes, NotInThisVersion, UsageError } from '../cli/command.ts'
import { findCommand } from '../cli/command-list.ts'
import { ConfigError } from '../config.ts'
import { problemOf } from '../http/known-faults.ts'
import { Problem, problemDocument } from '../http/problem.ts'
import type { CommandEnd, CommandProblem, CommandRequest } from './protocol.ts'
import { startProblem } from './start-problems.ts'

/** Runs a command over the services of this process; every failure is an answer in the catalogue's words. */
export async function runCommand(request: CommandRequest, context: CommandContext): Promise<CommandEnd> {
  try {
    const found = findCommand(request.name.split(' '))
    if (found.kind !== 'found' || found.command.load === undefined) throw new NotInThisVersion(`the command ${request.name}`)
    const command = await found.command.load()
    const { result, exitCode = exitCodes.ok } = await command.run(request.input, context)
    return { event: 'result', exitCode, result: { ...result } }
  } catch (error) {
    return problemEnd(error)
  }
}

export function problemEnd(error: unknown): Extract<CommandEnd, { event: 'problem' }> {
  const isWrongUsage =
    error instanceof UsageError || error instanceof NotInThisVersion || error instanceof ZodError || error instanceof ConfigError
  return { event: 'problem', exitCode: isWrongUsage ? exitCodes.wrongUsage : exitCodes.failed, problem: describe(error) }
}

function describe(error: unknown): CommandProblem {
  const problem = problemOfCommand(error)
  const { code, title, detail, hint, who } = problemDocument(problem, '')
  return { code, title, detail: code === 'HF-INTERNAL' ? innermost(error) : detail, hint, who }
}

function problemOfCommand(error: unknown): Problem {
  if (error instanceof NotInThisVersion) return new Problem('HF-NOT-IN-THIS-VERSION', { detail: `${error.message}.` })
  if (error instanceof UsageError) return new Problem('HF-VALIDATION', { detail: error.message })
  if (error instanceof ZodError) {
    const issue = error.issues[0]
    return new Problem('HF-VALIDATION', { detail: `--${issue?.path.join('.')}: ${issue?.message}` })
  }
  return startProblem(error) ?? problemOf(error)
}

/** Whoever runs a command on the box may see what the box's log would say. */
function innermost(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
