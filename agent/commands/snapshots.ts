import { isSameJobName } from '../../selection/job-name.ts'
import { defineCommand } from '../command-line/command.ts'
import { type ExitCode, exitCodes } from '../command-line/exit-code.ts'
import type { Program } from '../command-line/program.ts'
import { usageError } from '../errors/agent-error.ts'
import type { ListedVersion } from '../link/box-api.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import { jsonTime } from '../output/json-values.ts'
import { tableLines } from '../output/table.ts'
import { versionsOfDevice } from '../rescue/choose-device.ts'
import { readingCopy } from '../rescue/damaged-copy.ts'
import { checkRescueWords, type GivenKit, rescueOptions } from '../rescue/kit-options.ts'
import { openPlace } from '../rescue/open-rescued-version.ts'
import type { RescuedVersion } from '../rescue/rescued-versions.ts'

const listedByDefault = 50
const listedMax = 1_000_000

export const snapshotsCommand = defineCommand({
  name: 'snapshots',
  usage: '[options]',
  about: 'Lists the versions of this computer, newest first; with --from those of all computers in a folder.',
  options: {
    job: { kind: 'value', value: 'J', about: 'of this job only' },
    limit: { kind: 'value', value: 'N', about: `how many; ${listedByDefault} unless told, 0 for all` },
    device: { kind: 'value', value: 'D', about: 'with --from: of this computer only, by name or id' },
    ...rescueOptions,
  },
  answers: 'object',
  words: { min: 0, max: 0 },
  examples: ['holdfast-agent snapshots', 'holdfast-agent snapshots --job accounts --limit 10'],
  async run(program, { options }) {
    const limit = readLimit(options.limit)
    checkRescueWords(options)
    if (options.from !== undefined) return await listRescued(program, { ...options, from: options.from }, limit)
    if (options.device !== undefined) throw usageError('--device is for --from: a box lists the versions of this computer.')
    using box = openConnectedBox(program)
    const versions: ListedVersion[] = []
    let hasMore = false
    for await (const version of box.api.listVersions({ job: options.job })) {
      hasMore = versions.length === limit
      if (hasMore) break
      versions.push(version)
    }
    program.report.answer({ snapshots: versions.map(versionJson), hasMore }, versionLines(program, versions, hasMore))
    return exitCodes.ok
  },
})

async function listRescued(
  program: Program,
  options: GivenKit & { readonly from: string; readonly job: string | undefined; readonly device: string | undefined },
  limit: number,
): Promise<ExitCode> {
  const { job, device } = options
  const place = await readingCopy(() => openPlace(program, options))
  const ofDevice = versionsOfDevice(place.versions, { device, needsOne: false, words: program.words })
  const all = ofDevice.filter((version) => job === undefined || isSameJobName(version.job, job))
  const versions = all.slice(0, limit)
  const hasMore = all.length > limit
  const listed = versions.map((version) => ({ ...versionJson(version), device: version.device, host: version.host }))
  const answer = { repository: place.repository.description.uid.toString('hex'), folder: place.repository.folder }
  program.report.answer(
    { ...answer, snapshots: listed, hasMore, damaged: place.damaged },
    rescuedLines(program, versions, hasMore),
  )
  return exitCodes.ok
}

function rescuedLines(program: Program, versions: readonly RescuedVersion[], hasMore: boolean): readonly string[] {
  if (versions.length === 0) return ['There is no version here.']
  const byDevice = Map.groupBy(versions, ({ device }) => device)
  return [...byDevice].flatMap(([device, own], index) => [
    ...(index > 0 ? [''] : []),
    `${own[0]!.host} (${device})`,
    ...versionLines(program, own, hasMore && index === byDevice.size - 1),
  ])
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return listedByDefault
  if (!/^\d{1,6}$/.test(text)) throw usageError(`--limit is a number, not "${text}".`)
  return Number(text) === 0 ? listedMax : Number(text)
}

export function versionJson(version: ListedVersion): object {
  const { id, snapshotId, seq, job, takenAtMs, receivedAtMs, verdict, isCheckpoint, files, bytes, skipped } = version
  return {
    ...{ id, snapshotId, seq, job, takenAt: jsonTime(takenAtMs), receivedAt: jsonTime(receivedAtMs) },
    ...{ verdict, isCheckpoint, files, bytes, skipped },
  }
}

function versionLines({ words }: Program, versions: readonly ListedVersion[], hasMore: boolean): readonly string[] {
  if (versions.length === 0) return ['There is no version yet.']
  const columns = [
    { title: 'Version' },
    { title: 'Taken' },
    { title: 'Job' },
    { title: 'Files', align: 'right' },
    { title: 'Size', align: 'right' },
    { title: 'Result' },
  ] as const
  const rows = versions.map((version) => [
    version.id,
    words.moment(version.takenAtMs),
    version.job,
    words.count(version.files, '', '').trim(),
    words.size(version.bytes),
    resultWords(version, words),
  ])
  return [...tableLines(columns, rows), ...(hasMore ? ['… and more: --limit 0 lists all'] : [])]
}

function resultWords({ isCheckpoint, verdict, skipped }: ListedVersion, words: Program['words']): string {
  if (isCheckpoint) return 'still running, or cut off'
  if (verdict === 'ok') return 'complete'
  return verdict === 'partial' ? `partly: ${words.count(skipped, 'file')} skipped` : 'failed'
}
