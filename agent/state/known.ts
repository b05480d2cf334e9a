import { AnswerReader } from '../link/answer-reader.ts'
import { readSmallFile } from './read-small-file.ts'
import { replaceDisposableFileSync } from './replace-file.ts'

/*
 * What was last heard of the box and how the last runs went: what `status` says when the box cannot be asked. Disposable: a damaged or
 * missing file means nothing is known.
 */

export interface Known {
  /** Of which connection; another device's memories are worth nothing. */
  readonly device: string
  readonly policy: KnownPolicy | undefined
  readonly runs: readonly KnownRun[]
}

export interface KnownPolicy {
  readonly heardAtMs: number
  readonly planName: string
  readonly validUntilMs: number | undefined
  readonly quotaBytes: number
  readonly usedBytes: number
  readonly acceptsBackups: boolean
}

/** The last run of a job here, and its last good version. */
export interface KnownRun {
  readonly job: string
  readonly endedAtMs: number
  /** `ok`, `partial`, or the code of what it failed with. */
  readonly outcome: string
  readonly lastGood: { readonly id: string; readonly atMs: number } | undefined
}

const knownMaxBytes = 1024 * 1024
const fileMode = 0o600

export function readKnown(path: string, device: string): Known {
  const nothing = { device, policy: undefined, runs: [] }
  try {
    const bytes = readSmallFile(path, knownMaxBytes)
    if (!bytes) return nothing
    const known = parse(JSON.parse(bytes.toString('utf8')))
    return known.device === device ? known : nothing
  } catch {
    return nothing
  }
}

/** Best effort: a run is not worse for what could not be remembered of it. */
export function writeKnown(path: string, known: Known): void {
  try {
    replaceDisposableFileSync(path, `${JSON.stringify(known)}\n`, { mode: fileMode })
  } catch {
    // The next run tries again.
  }
}

export function knownPolicy(policy: Omit<KnownPolicy, 'heardAtMs'>, heardAtMs: number): KnownPolicy {
  const { planName, validUntilMs, quotaBytes, usedBytes, acceptsBackups } = policy
  return { heardAtMs, planName, validUntilMs, quotaBytes, usedBytes, acceptsBackups }
}

export function withRun(known: Known, run: KnownRun): Known {
  const before = known.runs.find(({ job }) => job === run.job)
  const lastGood = run.lastGood ?? before?.lastGood
  return { ...known, runs: [...known.runs.filter(({ job }) => job !== run.job), { ...run, lastGood }] }
}

function parse(json: unknown): Known {
  const known = new AnswerReader(json, 'known')
  const policy = known.optionalObject('policy')
  return {
    device: known.text('device'),
    policy: policy && {
      heardAtMs: policy.number('heardAtMs'),
      planName: policy.text('planName'),
      validUntilMs: policy.optionalNumber('validUntilMs'),
      quotaBytes: policy.number('quotaBytes'),
      usedBytes: policy.number('usedBytes'),
      acceptsBackups: policy.flag('acceptsBackups'),
    },
    runs: known.list('runs', (run) => {
      const good = run.optionalObject('lastGood')
      return {
        job: run.text('job'),
        endedAtMs: run.number('endedAtMs'),
        outcome: run.text('outcome'),
        lastGood: good && { id: good.text('id'), atMs: good.number('atMs') },
      }
    }),
  }
}
