import type { TreeEntry, Version } from '../../engine/index.ts'
import { defineCommand } from '../command-line/command.ts'
import { type ExitCode, exitCodes } from '../command-line/exit-code.ts'
import type { Program } from '../command-line/program.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import { lookedInto, type OpenedVersion, openListedVersion, readWantedVersion } from '../link/open-listed-version.ts'
import { entryJson, entryLine } from '../output/entry-line.ts'
import { jsonPath } from '../output/json-values.ts'
import { readingCopy } from '../rescue/damaged-copy.ts'
import { checkRescueWords, rescueOptions } from '../rescue/kit-options.ts'
import { openPlace, openRescuedVersion } from '../rescue/open-rescued-version.ts'
import { type FoundPath, findInVersion, type LookedInto } from '../selection/version-path.ts'
import { versionJson } from './snapshots.ts'

const pageSize = 1_000

export const lsCommand = defineCommand({
  name: 'ls',
  usage: 'SNAPSHOT|latest|DATE [PATH] [options]',
  about: 'Lists a folder of a version, or one file. Without a PATH: what was backed up.',
  options: {
    job: { kind: 'value', value: 'J', about: 'of this job, where latest or a date is given' },
    device: { kind: 'value', value: 'D', about: 'of this computer, by number or name' },
    ...rescueOptions,
  },
  answers: 'object',
  words: { min: 1, max: 2 },
  examples: ['holdfast-agent ls latest /home/ann/Documents', 'holdfast-agent ls "2026-03-14 18:00" --job accounts'],
  async run(program, { options, words }) {
    const [text, path] = words as [string, string | undefined]
    const wanted = readWantedVersion(program, text)
    checkRescueWords(options)
    const meant = { text, job: options.job, device: options.device }
    if (options.from !== undefined) {
      const from = { ...options, from: options.from }
      return await readingCopy(async () => {
        const opened = await openRescuedVersion(program, await openPlace(program, from), wanted, meant)
        return await show(program, opened, path, { job: opened.listed.job, otherJobs: opened.otherJobs })
      })
    }
    using box = openConnectedBox(program)
    const opened = await openListedVersion(box, wanted, meant)
    return await show(program, opened, path, lookedInto(box, opened))
  },
})

async function show(program: Program, opened: OpenedVersion, path: string | undefined, looked: LookedInto): Promise<ExitCode> {
  const { version } = opened
  const found = path === undefined ? await commonFolder(opened) : await findInVersion(version, path, program.surroundings, looked)
  await answer(program, opened, found)
  return exitCodes.ok
}

/** The deepest folder that holds all that was asked for: the root is mostly a way there. */
async function commonFolder({ version }: OpenedVersion): Promise<FoundPath> {
  let path = Buffer.from('/')
  for (;;) {
    const { entries, next } = await version.listFolder(path, { limit: 2 })
    const [only] = entries
    if (entries.length !== 1 || next !== undefined || only?.type !== 'directory')
      return { path, entry: (await version.stat(path))! }
    const below = Buffer.concat([path, Buffer.from(path.length > 1 ? '/' : ''), only.name])
    path = below
  }
}

async function answer({ report, words }: Program, opened: OpenedVersion, { path, entry }: FoundPath): Promise<void> {
  const { listed, version } = opened
  report.note(`Version ${listed.id} of job "${listed.job}", taken ${words.moment(listed.takenAtMs)}: ${words.path(path)}`)
  const listing: object[] = []
  for await (const page of pagesOf(version, path, entry)) {
    if (report.isJson) listing.push(...page.map(entryJson))
    else report.text(page.map((item) => entryLine(item, words)))
  }
  if (report.isJson) report.answer({ version: versionJson(listed), path: jsonPath(path), entries: listing }, [])
}

async function* pagesOf(version: Version, path: Buffer, entry: TreeEntry): AsyncGenerator<readonly TreeEntry[]> {
  if (entry.type !== 'directory') {
    yield [entry]
    return
  }
  let after: Buffer | undefined
  do {
    const page = await version.listFolder(path, { limit: pageSize, ...(after ? { after } : {}) })
    yield page.entries
    after = page.next
  } while (after)
}
