import { defineCommand } from '../command-line/command.ts'
import { exitCodes } from '../command-line/exit-code.ts'
import type { Program } from '../command-line/program.ts'
import { usageError } from '../errors/agent-error.ts'
import type { FoundFile } from '../link/box-api.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import { jsonPath, jsonTime } from '../output/json-values.ts'
import { tableLines } from '../output/table.ts'

const listedByDefault = 100
const listedMax = 100_000

export const findCommand = defineCommand({
  name: 'find',
  usage: 'NAME [options]',
  about: 'Finds files and folders by a part of their name in all versions of this computer. Capitals and accents do not matter.',
  options: {
    job: { kind: 'value', value: 'J', about: 'of this job only' },
    limit: { kind: 'value', value: 'N', about: `how many; ${listedByDefault} unless told` },
  },
  answers: 'object',
  words: { min: 1, max: 1 },
  examples: ['holdfast-agent find invoice', 'holdfast-agent find "annual report" --job accounts'],
  async run(program, { options, words }) {
    const limit = readLimit(options.limit)
    using box = openConnectedBox(program)
    const found: FoundFile[] = []
    let hasMore = false
    for await (const file of box.api.find({ name: words[0]!, job: options.job })) {
      hasMore = found.length === limit
      if (hasMore) break
      found.push(file)
    }
    program.report.answer({ files: found.map(fileJson), hasMore }, fileLines(program, words[0]!, found, hasMore))
    return exitCodes.ok
  },
})

function readLimit(text: string | undefined): number {
  if (text === undefined) return listedByDefault
  if (!/^[1-9]\d{0,5}$/.test(text) || Number(text) > listedMax) throw usageError(`--limit is 1 to ${listedMax}, not "${text}".`)
  return Number(text)
}

function fileJson({ path, type, job, size, first, last, isPresent }: FoundFile): object {
  const seen = ({ id, takenAtMs }: FoundFile['first']) => ({ id, takenAt: jsonTime(takenAtMs) })
  return { path: jsonPath(path), type, job, size: size ?? null, first: seen(first), last: seen(last), isPresent }
}

function fileLines({ words }: Program, name: string, found: readonly FoundFile[], hasMore: boolean): readonly string[] {
  if (found.length === 0) return [`No version holds a name with "${name}".`]
  const columns = [{ title: 'Last seen' }, { title: 'Size', align: 'right' }, { title: 'Path' }] as const
  const rows = found.map(({ path, type, size, last, isPresent }) => [
    isPresent ? 'newest version' : words.moment(last.takenAtMs),
    size === undefined || type === 'directory' ? '' : words.size(size),
    `${words.path(path)}${type === 'directory' ? '/' : ''}`,
  ])
  return [...tableLines(columns, rows), ...(hasMore ? ['… and more: give more of the name, or --limit'] : [])]
}
