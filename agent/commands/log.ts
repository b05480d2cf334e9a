import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nameText } from '../../views/format/name-text.ts'
import { defineCommand } from '../command-line/command.ts'
import { exitCodes } from '../command-line/exit-code.ts'
import type { Program } from '../command-line/program.ts'
import { AgentError, usageError } from '../errors/agent-error.ts'
import { logName } from '../state/activity-log.ts'

const options = {
  day: { kind: 'value', value: 'DATE', about: 'of this day (2026-03-14); the newest lines otherwise' },
  run: { kind: 'value', value: 'RUN', about: 'of one run, by the beginning of its number' },
  lines: { kind: 'value', value: 'N', about: 'at most so many, the newest; 200 otherwise' },
} as const

const usualLines = 200
const linesMax = 100_000

export const logCommand = defineCommand({
  name: 'log',
  usage: '[options]',
  about: 'Shows what was done on this computer: one line for each event, newest last.',
  options,
  answers: 'object',
  words: { min: 0, max: 0 },
  examples: ['holdfast-agent log', 'holdfast-agent log --day 2026-03-14 --lines 1000'],
  async run(program, { options: given }) {
    const most = linesAsked(given.lines)
    const lines = given.run === undefined ? linesOfDays(program, given.day, most) : linesOfRun(program, given.run)
    const shown = lines.slice(-most)
    program.report.answer(
      { lines: shown },
      shown.map((line) => nameText(Buffer.from(line))),
    )
    return exitCodes.ok
  },
})

function linesAsked(given: string | undefined): number {
  if (given === undefined) return usualLines
  const lines = Number(given)
  if (!Number.isSafeInteger(lines) || lines < 1 || lines > linesMax)
    throw usageError(`--lines is a number from 1 to ${linesMax}.`)
  return lines
}

/** Days are read from the newest back until there are enough lines. */
function linesOfDays({ state }: Program, day: string | undefined, most: number): readonly string[] {
  if (day !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(day)) throw usageError(`"${day}" is no day; write it as 2026-03-14.`)
  const names = listOf(state.logFolder).filter((name) => (day === undefined ? logName.test(name) : name === `${day}.log`))
  const lines: string[] = []
  for (const name of names.reverse()) {
    lines.unshift(...linesOf(join(state.logFolder, name)))
    if (lines.length >= most) break
  }
  return lines
}

function linesOfRun({ state }: Program, run: string): readonly string[] {
  if (!/^[0-9a-f]{4,32}$/.test(run)) throw usageError(`"${run}" is no number of a run.`)
  const found = listOf(state.runLogFolder).filter((name) => name.startsWith(run))
  if (found.length > 1) throw usageError(`Several runs begin with "${run}"; give more of the number.`)
  if (found[0] === undefined) throw new AgentError('HF-USAGE', `There is no log of a run "${run}" here.`)
  return linesOf(join(state.runLogFolder, found[0]))
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
