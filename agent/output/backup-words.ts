import type { BackupResult, SkippedFile, Verdict } from '../../engine/index.ts'
import type { JobOutcome } from '../runs/run-job.ts'
import { publicPrefix } from '../selection/wanted-version.ts'
import { jsonPath } from './json-values.ts'
import { type EventObject, failureJson } from './report.ts'
import type { Words } from './words.ts'

/** Skipped files named on the terminal; the version lists many more, and the number is always told. */
export const skippedShownMax = 20
/** And for programs. */
export const skippedListedMax = 1_000

type DoneOutcome = Extract<JobOutcome, { kind: 'done' }>

/** The last words about a job: what the box said became of it. */
export function jobLines({ job, isDryRun, result }: DoneOutcome, words: Words): readonly string[] {
  return [headLine(job, isDryRun, result, words), countsLine(result, isDryRun, words), ...skippedLines(result, words)]
}

function headLine(job: string, isDryRun: boolean, { verdict, snapshot, counts }: BackupResult, words: Words): string {
  if (isDryRun || !snapshot) return `Dry run of "${job}": nothing was sent.`
  const id = publicPrefix(snapshot.id)
  switch (verdict) {
    case 'ok':
      return `"${job}" is backed up: version ${id}, complete.`
    case 'partial':
      return `"${job}" is backed up in part: version ${id} lacks ${words.count(counts.skipped, 'file')}.`
    case 'failed':
      return `"${job}" is not backed up: the box calls version ${id} failed.`
    default:
      return verdict satisfies never
  }
}

function countsLine({ counts, sentBytes, elapsedMs }: BackupResult, isDryRun: boolean, words: Words): string {
  const changes = [
    counts.newFiles > 0 ? `${words.count(counts.newFiles, 'new', 'new')}` : '',
    counts.changedFiles > 0 ? `${words.count(counts.changedFiles, 'changed', 'changed')}` : '',
  ].filter((part) => part !== '')
  const change = changes.length === 0 ? 'nothing changed' : changes.join(', ')
  return `  ${words.count(counts.files, 'file')}, ${words.size(counts.bytes)}: ${change}; ${isDryRun ? 'would send' : 'sent'} ${words.size(sentBytes)}${isDryRun ? '; looked for' : ' in'} ${words.duration(elapsedMs)}.`
}

function skippedLines({ skipped, counts }: BackupResult, words: Words): readonly string[] {
  const more = counts.skipped - Math.min(skipped.length, skippedShownMax)
  return [
    ...skipped
      .slice(0, skippedShownMax)
      .map((file) => `  skipped: ${words.path(file.path)} (${reasonWords[file.reason]}: ${file.detail})`),
    ...(more > 0 ? [`  … and ${words.count(more, 'more', 'more')}`] : []),
  ]
}

const reasonWords: Readonly<Record<SkippedFile['reason'], string>> = {
  unreadable: 'cannot be read',
  vanished: 'is not there',
  changed: 'changed while it was read',
  unsupported: 'is of a kind that is not backed up',
  failed: 'failed',
}

/** A job's end for programs. */
export function eventOfJob(outcome: JobOutcome): EventObject {
  if (outcome.kind === 'failed') return { event: 'job', job: outcome.job, verdict: 'failed', error: failureJson(outcome.why) }
  return { event: 'job', ...doneJson(outcome) }
}

function doneJson({ job, isDryRun, result }: DoneOutcome): Readonly<Record<string, unknown>> {
  const { verdict, snapshot, counts, skipped, sentBytes, elapsedMs } = result
  return {
    job,
    verdict,
    isDryRun,
    snapshot: snapshot ? { id: publicPrefix(snapshot.id), snapshotId: snapshot.id, seq: snapshot.seq } : null,
    ...counts,
    sentBytes,
    elapsedMs,
    skippedFiles: skipped.slice(0, skippedListedMax).map((file) => ({ ...file, path: jsonPath(file.path) })),
  }
}

/** Over all jobs; with one job also what a script wants to know of it. */
export function backupSummary(outcomes: readonly JobOutcome[], exitCode: number): Readonly<Record<string, unknown>> {
  const [only, another] = outcomes
  const single = only !== undefined && another === undefined ? eventOfJob(only) : {}
  return {
    ...single,
    event: 'summary',
    verdict: worstVerdict(outcomes),
    exitCode,
    jobs: outcomes.map((outcome) => ({ ...eventOfJob(outcome), event: undefined, skippedFiles: undefined })),
  }
}

function worstVerdict(outcomes: readonly JobOutcome[]): Verdict {
  const all = outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.result.verdict : 'failed'))
  if (all.length === 0 || all.includes('failed')) return 'failed'
  return all.includes('partial') ? 'partial' : 'ok'
}
