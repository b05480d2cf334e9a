import { defineCommand } from '../command-line/command.ts'
import { exitCodes } from '../command-line/exit-code.ts'
import type { Program } from '../command-line/program.ts'
import { AgentError } from '../errors/agent-error.ts'
import type { PastFile } from '../link/box-api.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import { jsonPath, jsonTime } from '../output/json-values.ts'
import { tableLines } from '../output/table.ts'
import { versionPaths } from '../selection/version-path.ts'

const statesMax = 10_000

export const historyCommand = defineCommand({
  name: 'history',
  usage: 'PATH [options]',
  about: 'Lists the states of one file or folder over all versions of this computer, newest first.',
  options: { job: { kind: 'value', value: 'J', about: 'of this job only' } },
  answers: 'object',
  words: { min: 1, max: 1 },
  examples: ['holdfast-agent history /home/ann/letter.odt'],
  async run(program, { options, words }) {
    using box = openConnectedBox(program)
    for (const path of versionPaths(words[0]!, program.surroundings)) {
      const states: PastFile[] = []
      for await (const state of box.api.history({ path, job: options.job })) {
        if (states.length === statesMax) break
        states.push(state)
      }
      if (states.length === 0) continue
      program.report.answer({ path: jsonPath(path), states: states.map(stateJson) }, stateLines(program, path, states))
      return exitCodes.ok
    }
    throw new AgentError('HF-PATH-NOT-IN-VERSION', `No version holds ${program.words.path(Buffer.from(words[0]!))}.`)
  },
})

function stateJson({ job, type, size, modifiedMs, first, last }: PastFile): object {
  const seen = ({ id, takenAtMs }: PastFile['first']) => ({ id, takenAt: jsonTime(takenAtMs) })
  const modified = modifiedMs === undefined ? null : jsonTime(modifiedMs)
  return { job, type, size: size ?? null, modified, first: seen(first), last: seen(last) }
}

function stateLines({ words }: Program, path: Buffer, states: readonly PastFile[]): readonly string[] {
  const columns = [
    { title: 'From' },
    { title: 'Until' },
    { title: 'Changed' },
    { title: 'Size', align: 'right' },
    { title: 'Restore with' },
  ] as const
  const rows = states.map(({ type, size, modifiedMs, first, last }) => [
    words.moment(first.takenAtMs),
    words.moment(last.takenAtMs),
    modifiedMs === undefined ? '' : words.moment(modifiedMs),
    size === undefined || type === 'directory' ? type : words.size(size),
    last.id,
  ])
  return [words.path(path), ...tableLines(columns, rows)]
}
