// What the box tells this computer, as JSON; the bytes of backups go another way (engine). Each answer is read once, here.

import {
  type ApplianceLink,
  bytesOfText,
  patiently,
  type Refusal,
  RefusedError,
  textOfBytes,
  type Verdict,
  verdicts,
} from '../../engine/index.ts'
import { isSameJobName } from '../../selection/job-name.ts'
import { AnswerReader } from './answer-reader.ts'

export interface Policy {
  readonly acceptsBackups: boolean
  /** What a backup would be told now. */
  readonly refusal: Refusal | undefined
  readonly planName: string
  readonly validUntilMs: number | undefined
  readonly quotaBytes: number
  readonly usedBytes: number
  readonly serverTimeMs: number
  /** The box would like to know what this computer is made of. */
  readonly wantsFingerprint: boolean
}

export interface IntendedRun {
  readonly job: string
  /** A plan may say how often schedules back up; never how often people do. */
  readonly startedBy: 'hand' | 'schedule'
}

export interface OwnDevice {
  readonly id: string
  readonly number: string
  readonly name: string
  readonly jobs: readonly JobState[]
}

export interface JobState {
  readonly name: string
  readonly newest: VersionState | undefined
  readonly lastGood: VersionState | undefined
}

export interface VersionState {
  /** `snap_…` */
  readonly id: string
  readonly receivedAtMs: number
  readonly verdict: Verdict
}

/** A version as the box lists it. */
export interface ListedVersion {
  /** 64 hex digits: of the snapshot file. */
  readonly snapshotId: string
  /** `snap_…`: for people. */
  readonly id: string
  readonly seq: number
  readonly job: string
  readonly takenAtMs: number
  readonly receivedAtMs: number
  readonly verdict: Verdict
  readonly isCheckpoint: boolean
  readonly files: number
  readonly bytes: number
  readonly skipped: number
}

/** A version as a search names it. */
export interface SeenIn {
  readonly id: string
  readonly takenAtMs: number
}

/** One file or folder, in one state, from its first version to its last. */
export interface PastFile {
  readonly job: string
  readonly type: string
  readonly size: number | undefined
  readonly modifiedMs: number | undefined
  readonly first: SeenIn
  readonly last: SeenIn
}

export interface FoundFile extends PastFile {
  readonly path: Buffer
  /** In the job's newest version. */
  readonly isPresent: boolean
}

const listPageSize = 100
const patienceMs = 30_000
/** More pages than this is a box that pages in circles. */
const pagesMax = 100_000

export interface BoxApi {
  /**
   * `print`: of this machine, by which the box sees that it has changed. With a job that is about to begin: where it may not, the box
   * keeps that it was refused.
   */
  policy(
    signal?: AbortSignal,
    asked?: { readonly print?: string | undefined; readonly intended?: IntendedRun | undefined },
  ): Promise<Policy>
  /** What this computer is made of, and the value of the chain that it holds. */
  tellFingerprint(told: { readonly fingerprint: object; readonly instance: string; readonly agentVersion: string }): Promise<void>
  device(signal?: AbortSignal): Promise<OwnDevice>
  /** The file of this computer's key slot, as it is now; undefined from a box that does not tell. */
  keySlot(signal?: AbortSignal): Promise<object | undefined>
  /** This computer's own, newest first. */
  listVersions(wanted: { readonly job?: string | undefined }): AsyncIterable<ListedVersion>
  /** By a part of the name, in all versions of this computer. */
  find(wanted: { readonly name: string; readonly job?: string | undefined }): AsyncIterable<FoundFile>
  /** The states of one path, newest first; none when no version holds it. */
  history(wanted: { readonly path: Buffer; readonly job?: string | undefined }): AsyncIterable<PastFile>
}

export function boxApi(bareLink: ApplianceLink, now: () => number): BoxApi {
  const api = '/api/agent/v1'
  const link = patientLink(bareLink, now)
  return {
    async policy(signal, { print, intended } = {}) {
      const query = { print, job: intended?.job, start: intended?.startedBy }
      return readPolicy(new AnswerReader(await link.json('GET', `${api}/policy`, { signal, query }), 'policy'))
    },
    async tellFingerprint(told) {
      await link.json('POST', `${api}/fingerprint`, { body: told, signal: AbortSignal.timeout(patienceMs) })
    },
    device: async (signal) => readDevice(new AnswerReader(await link.json('GET', `${api}/device`, { signal }), 'device')),
    async keySlot(signal) {
      try {
        return new AnswerReader(await link.json('GET', `${api}/key-slot`, { signal }), 'key-slot').whole('slot')
      } catch (error) {
        if (error instanceof RefusedError && error.refusal.status === 404) return undefined
        throw error
      }
    },
    async *listVersions({ job }) {
      for await (const version of pages(link, `${api}/snapshots`, {}, readVersion))
        if (job === undefined || isSameJobName(version.job, job)) yield version
    },
    find: ({ name, job }) => pages(link, `${api}/find`, { name, job }, readFound),
    history: ({ path, job }) => pages(link, `${api}/history`, { path: textOfBytes(path), job }, readPast),
  }
}

type JsonLink = Pick<ApplianceLink, 'json'>

/** A box whose database restarts answers 503, and well again seconds later. One that cannot be reached at all is told at once. */
function patientLink(link: ApplianceLink, now: () => number): JsonLink {
  const isWorthWaiting = (error: unknown) => error instanceof RefusedError
  return {
    json: (method, path, request) =>
      patiently({ forMs: patienceMs, now, signal: request?.signal, isWorthWaiting }, () => link.json(method, path, request)),
  }
}

/** All items of a list that comes in pages. */
async function* pages<T>(
  link: JsonLink,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  read: (item: AnswerReader) => T,
): AsyncGenerator<T> {
  let cursor: string | undefined
  for (let page = 0; page < pagesMax; page += 1) {
    const json = await link.json('GET', path, { query: { ...query, cursor, limit: listPageSize } })
    const answer = new AnswerReader(json, path.slice(path.lastIndexOf('/') + 1))
    yield* answer.list('items', read)
    cursor = answer.optionalText('nextCursor')
    if (cursor === undefined) return
  }
}

function readFound(item: AnswerReader): FoundFile {
  return { ...readPast(item), path: bytesOfText(item.text('path')), isPresent: item.flag('isPresent') }
}

function readPast(item: AnswerReader): PastFile {
  const seen = (version: AnswerReader) => ({ id: version.text('version'), takenAtMs: version.time('takenAt') })
  return {
    job: item.text('job'),
    type: item.text('type'),
    size: item.optionalNumber('size'),
    modifiedMs: item.optionalTime('mtime'),
    first: seen(item.object('first')),
    last: seen(item.object('last')),
  }
}

export function readPolicy(answer: AnswerReader): Policy {
  const plan = answer.object('plan')
  const refusal = answer.optionalObject('refusal')
  return {
    acceptsBackups: answer.flag('acceptsBackups'),
    refusal: refusal && readRefusal(refusal),
    planName: plan.text('name'),
    validUntilMs: plan.optionalTime('validUntil'),
    quotaBytes: answer.number('quotaBytes'),
    usedBytes: answer.number('usedBytes'),
    serverTimeMs: answer.number('serverTimeMs'),
    // A box of an older version never asks.
    wantsFingerprint: answer.optionalFlag('wantsFingerprint') ?? false,
  }
}

function readRefusal(problem: AnswerReader): Refusal {
  return {
    code: problem.text('code'),
    title: problem.text('title'),
    status: problem.number('status'),
    detail: problem.optionalText('detail'),
    hint: problem.optionalText('hint'),
    who: problem.optionalText('who'),
    requestId: problem.optionalText('requestId'),
  }
}

function readDevice(answer: AnswerReader): OwnDevice {
  return {
    id: answer.text('id'),
    number: answer.text('number'),
    name: answer.text('name'),
    jobs: answer.list('jobs', (job) => ({
      name: job.text('name'),
      newest: readVersionState(job.optionalObject('newest')),
      lastGood: readVersionState(job.optionalObject('lastGood')),
    })),
  }
}

function readVersionState(version: AnswerReader | undefined): VersionState | undefined {
  return (
    version && { id: version.text('id'), receivedAtMs: version.time('receivedAt'), verdict: version.oneOf('verdict', verdicts) }
  )
}

function readVersion(item: AnswerReader): ListedVersion {
  return {
    snapshotId: item.text('id'),
    id: item.text('version'),
    seq: item.number('seq'),
    job: item.text('job'),
    takenAtMs: item.time('takenAt'),
    receivedAtMs: item.time('receivedAt'),
    verdict: item.oneOf('verdict', verdicts),
    isCheckpoint: item.flag('isCheckpoint'),
    files: item.number('files'),
    bytes: item.number('bytes'),
    skipped: item.number('skipped'),
  }
}
