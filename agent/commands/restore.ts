import {
  type ByPath,
  overwriteRules,
  type RestoreOptions,
  type RestoreProgress,
  type RestoreSettings,
  restore,
} from '../../engine/index.ts'
import { resolveSourcePath } from '../../selection/source-path.ts'
import { defineCommand, type OptionValues } from '../command-line/command.ts'
import { type ExitCode, exitCodes } from '../command-line/exit-code.ts'
import type { Program } from '../command-line/program.ts'
import { usageError } from '../errors/agent-error.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import { lookedInto, type OpenedVersion, openListedVersion, readWantedVersion } from '../link/open-listed-version.ts'
import { jsonPath } from '../output/json-values.ts'
import { type ProgressDisplay, progressDisplay } from '../output/progress-display.ts'
import { restoreLines, restoreSummary } from '../output/restore-words.ts'
import { readingCopy } from '../rescue/damaged-copy.ts'
import { checkRescueWords, rescueOptions } from '../rescue/kit-options.ts'
import { openPlace, openRescuedVersion } from '../rescue/open-rescued-version.ts'
import { findInVersion, type LookedInto } from '../selection/version-path.ts'
import { prepareStateFolder } from '../state/state-folder.ts'
import { versionJson } from './snapshots.ts'

const options = {
  to: { kind: 'value', value: 'DIR', about: 'below this folder, with the whole source path; the original place otherwise' },
  strip: { kind: 'flag', about: 'with --to: without the part of the path above what is selected' },
  overwrite: {
    kind: 'value',
    value: overwriteRules.join('|'),
    about: 'what happens to files that are there; never unless told',
  },
  verify: { kind: 'flag', about: 'read everything back from the disk and compare' },
  job: { kind: 'value', value: 'J', about: 'of this job, where latest or a date is given' },
  device: { kind: 'value', value: 'D', about: 'of this computer, by number or name' },
  ...rescueOptions,
} as const

export const restoreCommand = defineCommand({
  name: 'restore',
  usage: 'SNAPSHOT|latest|DATE [PATH…] [options]',
  about:
    'Gets files and folders back. PATH is where they were, as an absolute path; without one everything comes back. latest and DATE\n' +
    'choose the newest version not later; a date alone means the end of that day. Files that are there already are kept, and the\n' +
    'exit code is 3, unless --overwrite says otherwise: older replaces what is older than the stored file, changed what differs,\n' +
    'both keeps yours and puts the stored one beside it.\n' +
    'Without a box: --from names a folder with a copy of the backups, and the recovery kit opens it. --device then is any computer’s.',
  options,
  answers: 'events',
  words: { min: 1, max: 1_000 },
  examples: [
    'holdfast-agent restore latest /home/ann/letter.odt --overwrite changed',
    'holdfast-agent restore 2026-03-14 /home/ann/Pictures --to /tmp/back --strip',
    'holdfast-agent restore latest --to /mnt/new-disk --verify',
    'holdfast-agent restore latest --from /mnt/copy --recovery-kit kit.txt --device ANN-PC --to /mnt/new-disk',
  ],
  async run(program, { options: given, words }) {
    const [text, ...paths] = words as [string, ...string[]]
    const wanted = readWantedVersion(program, text)
    const wish = readWish(program, given)
    checkRescueWords(given)
    prepareStateFolder(program.state)
    const meant = { text, job: given.job, device: given.device }
    if (given.from !== undefined) {
      const from = { ...given, from: given.from }
      return await readingCopy(async () => {
        const opened = await openRescuedVersion(program, await openPlace(program, from), wanted, meant)
        return await restoreFrom(program, opened, { ...wish, ...opened, paths })
      })
    }
    using box = openConnectedBox(program)
    const opened = await openListedVersion(box, wanted, meant)
    const { otherJobs } = lookedInto(box, opened)
    return await restoreFrom(program, opened, { ...wish, records: box.target, secrets: box.secrets, otherJobs, paths })
  },
})

type Source = Pick<RestoreOptions, 'records' | 'secrets' | 'destination' | 'overwrite' | 'verify'> & {
  readonly otherJobs: readonly string[]
  readonly paths: readonly string[]
}

async function restoreFrom(program: Program, opened: OpenedVersion, source: Source): Promise<ExitCode> {
  const { otherJobs, paths, records, secrets, destination, overwrite, verify } = source
  const selection = await selectionOf(program, opened, paths, { job: opened.listed.job, otherJobs })
  const { stop: signal, randomBytes } = program.surroundings
  const { root } = opened
  return await runRestore(program, opened, {
    destination,
    overwrite,
    verify,
    records,
    secrets,
    root,
    selection,
    signal,
    randomBytes,
  })
}

function readWish(
  program: Program,
  given: OptionValues<typeof options>,
): Pick<RestoreOptions, 'destination' | 'overwrite' | 'verify'> {
  const overwrite = overwriteRules.find((rule) => rule === (given.overwrite ?? 'never'))
  if (!overwrite) throw usageError(`--overwrite is one of ${overwriteRules.join(', ')}, not "${given.overwrite}".`)
  if (given.strip && given.to === undefined) throw usageError('--strip needs --to: it says what is left of the path below DIR.')
  return { destination: destinationOf(program, given), overwrite, verify: given.verify }
}

function destinationOf({ surroundings }: Program, { to, strip }: OptionValues<typeof options>): RestoreOptions['destination'] {
  if (to === undefined) return { kind: 'original' }
  const path = resolveSourcePath(surroundings.bytesOfArgument(to), surroundings.workingFolder, surroundings.platform)
  return { kind: 'folder', path, strip }
}

/** What is asked for, each part proved to be there. Without a word: all that was backed up. */
async function selectionOf(
  program: Program,
  { version, body }: OpenedVersion,
  words: readonly string[],
  looked: LookedInto,
): Promise<readonly Buffer[]> {
  if (words.length === 0) return body.sources
  const found: Buffer[] = []
  for (const word of words) found.push((await findInVersion(version, word, program.surroundings, looked)).path)
  return found
}

async function runRestore(program: Program, { listed }: OpenedVersion, wish: RestoreSettings & ByPath): Promise<ExitCode> {
  const { report, words, surroundings, log } = program
  const display = progressDisplay({ report, words, surroundings })
  const selection = wish.selection.map(jsonPath)
  display.tell(
    { event: 'start', version: versionJson(listed), selection },
    `Restoring from version ${listed.id} of job "${listed.job}", taken ${words.moment(listed.takenAtMs)}.`,
  )
  log.write('restore started', { version: listed.id, selection, overwrite: wish.overwrite })
  const result = await restoreShown(wish, display)
  const { files, bytes, elapsedMs, keptCount, failedCount, stopped } = result
  const exitCode = stopped ? exitCodes.failed : keptCount + failedCount > 0 ? exitCodes.partly : exitCodes.ok
  log.write('restore ended', { version: listed.id, files, bytes, elapsedMs, keptCount, failedCount, stopped })
  const event = { event: 'summary', version: versionJson(listed), ...restoreSummary(result), exitCode }
  report.event(event, restoreLines(result, wish.overwrite, words).join('\n'))
  return exitCode
}

async function restoreShown(wish: RestoreOptions, display: ProgressDisplay) {
  try {
    return await restore({ ...wish, onProgress: (progress) => display.show(shown(progress)) })
  } finally {
    display.end()
  }
}

function shown(progress: RestoreProgress) {
  const { filesDone, filesTotal, bytesDone, bytesTotal, isTotalKnown } = progress
  return {
    title: 'Restoring',
    files: filesDone,
    filesTotal: isTotalKnown ? filesTotal : undefined,
    bytes: bytesDone,
    bytesTotal: isTotalKnown ? bytesTotal : undefined,
    json: { ...progress },
  }
}
