import type { CommandProblem } from '../control/protocol.ts'

/** A failure: one object on standard output for programs, three lines on standard error for people. */
export function printProblem(problem: CommandProblem, options: { readonly isJson: boolean }): void {
  if (options.isJson) console.log(JSON.stringify({ error: problem }))
  else console.error(`${problem.title} (${problem.code})\n  ${problem.detail}\n  ${problem.hint}`)
}
