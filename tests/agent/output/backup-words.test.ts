import { describe, expect, test } from 'vitest'
import { AgentError } from '../../../agent/errors/agent-error.ts'
import { explainError } from '../../../agent/errors/explain-error.ts'
import { backupSummary, eventOfJob, jobLines, skippedListedMax } from '../../../agent/output/backup-words.ts'
import type { JobOutcome } from '../../../agent/runs/run-job.ts'
import type { BackupResult, SkippedFile } from '../../../engine/index.ts'
import { testWords } from '../../support/agent-surroundings.ts'

const snapshotId = '91d3874c187c127bdbd3b5fbb477907a72caf6b9ef37566a1ab0870fa34c8feb'
const counts = {
  ...{ files: 20_004, directories: 100, symlinks: 1, others: 0, bytes: 1536 * 1024 * 1024, skipped: 0 },
  ...{ newFiles: 12, changedFiles: 3, unchangedFiles: 19_989, addedBytes: 1, addedStoredBytes: 1 },
}
const result = {
  verdict: 'ok',
  snapshot: { id: snapshotId, seq: 7 },
  counts,
  skipped: [],
  sentBytes: 25_270_682,
  elapsedMs: 4_200,
} as unknown as BackupResult

type Done = Extract<JobOutcome, { kind: 'done' }>
const done = (more: Partial<BackupResult> = {}, job = 'Büro', isDryRun = false): Done => ({
  kind: 'done',
  job,
  isDryRun,
  result: { ...result, ...more },
})
const failed: JobOutcome = {
  kind: 'failed',
  job: 'x',
  why: explainError(new AgentError('HF-SOURCE-MISSING', 'gone')),
  isRefused: false,
}

const skippedFiles = (count: number): readonly SkippedFile[] =>
  Array.from({ length: count }, (_, index) => ({ path: Buffer.from(`/a/${index}\n`), reason: 'unreadable', detail: 'EACCES' }))

describe('the last words of a backup', () => {
  test.each([
    {
      title: 'complete',
      outcome: done(),
      lines: [
        '"Büro" is backed up: version snap_shjyotaypqjhxw6twx53, complete.',
        '  20,004 files, 1.5 GiB: 12 new, 3 changed; sent 24.1 MiB in 4.2 s.',
      ],
    },
    {
      title: 'nothing changed',
      outcome: done({ counts: { ...counts, newFiles: 0, changedFiles: 0 }, sentBytes: 0 }),
      lines: [
        '"Büro" is backed up: version snap_shjyotaypqjhxw6twx53, complete.',
        '  20,004 files, 1.5 GiB: nothing changed; sent 0 bytes in 4.2 s.',
      ],
    },
    {
      title: 'a dry run',
      outcome: done({ snapshot: undefined }, 'Büro', true),
      lines: [
        'Dry run of "Büro": nothing was sent.',
        '  20,004 files, 1.5 GiB: 12 new, 3 changed; would send 24.1 MiB; looked for 4.2 s.',
      ],
    },
  ])('$title', ({ outcome, lines }) => {
    expect(jobLines(outcome, testWords)).toEqual(lines)
  })

  test('in part: skipped files are named up to a bound, with what cannot be shown escaped, and all are counted', () => {
    const lines = jobLines(
      done({ verdict: 'partial', skipped: skippedFiles(30), counts: { ...counts, skipped: 12_000 } }),
      testWords,
    )
    expect(lines[0]).toBe('"Büro" is backed up in part: version snap_shjyotaypqjhxw6twx53 lacks 12,000 files.')
    expect(lines[2]).toBe('  skipped: /a/0\\x0A (cannot be read: EACCES)')
    expect(lines).toHaveLength(2 + 20 + 1)
    expect(lines.at(-1)).toBe('  … and 11,980 more')
  })

  test('the box may call it failed', () => {
    expect(jobLines(done({ verdict: 'failed' }), testWords)[0]).toContain('is not backed up')
  })
})

describe('for programs', () => {
  test('one job’s facts stand in the summary itself', () => {
    expect(backupSummary([done()], 0)).toMatchObject({
      ...{ event: 'summary', verdict: 'ok', exitCode: 0, job: 'Büro', files: 20_004, sentBytes: 25_270_682 },
      snapshot: { id: 'snap_shjyotaypqjhxw6twx53', snapshotId, seq: 7 },
      jobs: [{ job: 'Büro', verdict: 'ok' }],
    })
  })

  test.each([
    { outcomes: [done(), done({ verdict: 'partial' })], verdict: 'partial' },
    { outcomes: [done({ verdict: 'partial' }), failed], verdict: 'failed' },
    { outcomes: [], verdict: 'failed' },
  ])('several jobs: the worst verdict ($verdict)', ({ outcomes, verdict }) => {
    expect(backupSummary(outcomes, 1)).toMatchObject({ verdict })
  })

  test('a failed job carries its error; lists of files are bounded', () => {
    expect(eventOfJob(failed)).toMatchObject({
      event: 'job',
      verdict: 'failed',
      error: { code: 'HF-SOURCE-MISSING', detail: 'gone' },
    })
    const many = eventOfJob(done({ skipped: skippedFiles(skippedListedMax + 1) }))
    expect(many.skippedFiles).toHaveLength(skippedListedMax)
  })
})
