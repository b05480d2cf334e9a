// A Holdfast box as a backup target: sessions, packs, commits and records over its agents' protocol. Everything is asked again when
// the line breaks or the box restarts, as every request of the protocol may come twice; what the box refuses is thrown as it said it.

import { readHeader } from '../format/record-header.ts'
import { readSnapshotFile } from '../format/snapshot-envelope.ts'
import { FormatError, RefusedError, StorageError } from '../model/errors.ts'
import { type ChunkId, chunkIdBytes, chunkKey, type DeviceId } from '../model/ids.ts'
import { snapshotFileMaxBytes } from '../model/limits.ts'
import { readCommitted, readMissing, readOpenedSession, readSnapshotPage, readStaleHead } from './appliance-answers.ts'
import type { ApplianceLink, ApplianceMethod, ApplianceRequest, ApplianceResponse } from './appliance-link.ts'
import { filterMaxWords } from './id-filter.ts'
import { createPace, type Pace } from './pace.ts'
import { patiently } from './patience.ts'
import { splitRecords } from './record-stream.ts'
import {
  type BackupSession,
  type BackupTarget,
  type CommitAnswer,
  haveIdsPerCallMax,
  type IdFilter,
  recordsPerCallMax,
  type SealedPack,
  type SnapshotListing,
} from './target.ts'

export interface ApplianceTargetOptions {
  readonly link: ApplianceLink
  readonly device: DeviceId
  /** SHA-256 (hex) over what tells this computer from a copy of its disk. */
  readonly print: string
  readonly instances: InstanceStore
  readonly limitBytesPerSecond?: number | undefined
  /** What this program calls the run; tried again under the same name it stays one run. 32 hex digits. */
  readonly run?: (() => string | undefined) | undefined
  /** Records are read for this order of the box (`rst_…`): it gives them as long as the order is open. */
  readonly restore?: string | undefined
  readonly now: () => number
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal | undefined
}

/** Where the value lies that this computer shows at its next session. */
export interface InstanceStore {
  newest(): string | undefined
  /** Durable before it returns. */
  store(value: string): void
}

const api = '/api/agent/v1'
const octets = { 'content-type': 'application/octet-stream' }
/** A box that restarts, a router that dials in again. */
const patienceMs = 5 * 60_000
/** A first word: a wrong address should not take minutes to say so. */
const firstPatienceMs = 10_000
const snapshotsPerPage = 200
const haveAnswerMaxBytes = haveIdsPerCallMax / 8
/** Proving and committing a version of millions of files takes the box a while, in silence. */
const commitIdleMs = 30 * 60_000

export function connectAppliance(options: ApplianceTargetOptions): BackupTarget {
  const wire = createWire(options)
  return {
    openSession: async ({ job, parent }) => {
      const { instances, print } = options
      const body = { job, parent: parent ?? null, instance: instances.newest() ?? null, print, run: options.run?.() ?? null }
      const json = await wire.patient(
        () => options.link.json('POST', `${api}/sessions`, { body, signal: options.signal }),
        firstPatienceMs,
      )
      return openSession(options, wire, readOpenedSession(json))
    },
    readRecords: (ids, signal) => readRecords(wire, ids, signal, options.restore),
    listSnapshots: () => listSnapshots(options, wire),
    readSnapshot: async (id) => {
      const file = await wire.patient(async () =>
        wire.bytes(await wire.ask('GET', `${api}/snapshots/${id}`), snapshotFileMaxBytes),
      )
      if (readSnapshotFile(file).id !== id)
        throw new FormatError('snapshot-damaged', 'the box gave another version than it was asked for')
      return file
    },
  }
}

function openSession(options: ApplianceTargetOptions, wire: Wire, opened: ReturnType<typeof readOpenedSession>): BackupSession {
  const { head, closureEpoch, isParentHeld } = opened
  const place = `${api}/sessions/${opened.id}`
  return {
    head,
    closureEpoch,
    isParentHeld,
    filter: () => wire.patient(async () => readFilter(wire, await wire.ask('GET', `${place}/filter`))),
    have: async (ids) => {
      if (ids.length > haveIdsPerCallMax) throw new RangeError(`at most ${haveIdsPerCallMax} ids are asked at once`)
      if (ids.length === 0) return []
      const body = Buffer.concat(ids, ids.length * chunkIdBytes)
      const ask = async () => wire.bytes(await wire.ask('POST', `${place}/have`, { headers: octets, body }), haveAnswerMaxBytes)
      return decodeBits(await wire.patient(ask), ids.length)
    },
    putPack: (pack) => wire.patient(() => putPack(wire, place, pack)),
    commit: async (file, { isCheckpoint }) => {
      const path = `${place}/commit?checkpoint=${isCheckpoint ? 1 : 0}`
      const { answer, instance } = await wire.patient(() => commit(wire, path, file))
      if (instance !== undefined) storeInstance(options.instances, instance)
      return answer
    },
    abort: async ({ code, detail }) => {
      const body = Buffer.from(JSON.stringify({ code, detail }))
      await wire.bytes(await wire.ask('DELETE', place, { body, headers: { 'content-type': 'application/json' } }), 0)
    },
  }
}

interface Wire {
  /** Within minutes, unless told otherwise. */
  readonly patient: <Result>(work: () => Promise<Result>, forMs?: number) => Promise<Result>
  /** A 2xx response whose body is still to be read. @throws RefusedError, StorageError */
  readonly ask: (method: ApplianceMethod, path: string, request?: ApplianceRequest) => Promise<ApplianceResponse>
  /** A small body, whole. */
  readonly bytes: (response: ApplianceResponse, maxBytes: number) => Promise<Buffer>
  readonly pace: Pace | undefined
  readonly signal: AbortSignal | undefined
}

function createWire(options: ApplianceTargetOptions): Wire {
  const { link, now, signal, limitBytesPerSecond } = options
  return {
    signal,
    pace: limitBytesPerSecond === undefined ? undefined : createPace({ bytesPerSecond: limitBytesPerSecond, now }),
    patient: (work, forMs = patienceMs) => patiently({ forMs, now, signal }, work),
    ask: async (method, path, request = {}) => {
      const response = await link.request(method, path, { ...request, signal: request.signal ?? signal })
      if (response.status >= 200 && response.status < 300) return response
      throw await refusalOf(link, response)
    },
    bytes: async ({ body }, maxBytes) => {
      const parts: Uint8Array[] = []
      let length = 0
      for await (const part of wholeBody(body)) {
        length += part.length
        if (length > maxBytes) throw new StorageError('broken', `the box answered more than ${maxBytes} bytes`)
        parts.push(part)
      }
      return Buffer.concat(parts, length)
    },
  }
}

/** A proxy says 502 or 504 in its own words while the box restarts. */
async function refusalOf(link: ApplianceLink, response: ApplianceResponse): Promise<Error> {
  const refusal = await link.readRefusal(response)
  if (refusal instanceof RefusedError || response.status < 502 || response.status > 504) return refusal
  return new StorageError('unreachable', refusal.message, { cause: refusal })
}

/** A body that breaks off is a line that broke. */
async function* wholeBody(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw new StorageError('unreachable', 'the connection broke while the box answered', { cause })
  }
}

async function putPack({ ask, bytes, pace, signal }: Wire, place: string, pack: SealedPack): Promise<void> {
  const path = `${place}/packs/${pack.id}?kind=${pack.kind}`
  const body = pace === undefined ? pack.bytes : { length: pack.bytes.length, pieces: pace.pieces(pack.bytes, signal) }
  await bytes(await ask('PUT', path, { headers: octets, body }), smallAnswerBytes)
}

const smallAnswerBytes = 64 * 1024

async function commit(
  { ask, bytes }: Wire,
  path: string,
  file: Buffer,
): Promise<{ readonly answer: CommitAnswer; readonly instance: string | undefined }> {
  try {
    const response = await ask('POST', path, { headers: octets, body: file, idleTimeoutMs: commitIdleMs })
    return readCommitted(JSON.parse((await bytes(response, smallAnswerBytes)).toString('utf8')))
  } catch (error) {
    const answer = error instanceof RefusedError ? refusedCommit(error) : undefined
    if (answer === undefined) throw error
    return { answer, instance: undefined }
  }
}

/** Two refusals are part of the protocol: the run goes on. */
function refusedCommit({ refusal }: RefusedError): CommitAnswer | undefined {
  if (refusal.code === 'HF-STALE-HEAD') return { kind: 'stale-head', head: readStaleHead(refusal) }
  if (refusal.code !== 'HF-CHUNKS-MISSING') return undefined
  const missing = readMissing(refusal)
  return missing && { kind: 'missing', ...missing }
}

/** Values are numbered: of two answers that overtook each other the newer one stays. */
function storeInstance(instances: InstanceStore, value: string): void {
  const known = numberOf(instances.newest())
  const fresh = numberOf(value)
  if (known === undefined || fresh === undefined || fresh > known) instances.store(value)
}

function numberOf(instance: string | undefined): number | undefined {
  const digits = /^(\d{12})-/.exec(instance ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

async function readFilter({ bytes }: Wire, response: ApplianceResponse): Promise<IdFilter | undefined> {
  if (response.status === 204) {
    await bytes(response, 0)
    return undefined
  }
  const length = Number(response.headers['content-length'])
  const hashes = Number(response.headers['holdfast-filter-hashes'])
  const isSound = length > 0 && length % 4 === 0 && length <= filterMaxWords * 4 && hashes >= 1 && hashes <= 32
  if (!isSound) throw new StorageError('broken', 'the box gave a filter that is none')
  const words = new Uint32Array(new SharedArrayBuffer(length))
  const target = new Uint8Array(words.buffer)
  let at = 0
  for await (const part of wholeBody(response.body)) {
    if (at + part.length > length) throw new StorageError('broken', 'the box gave a longer filter than it said')
    target.set(part, at)
    at += part.length
  }
  if (at !== length) throw new StorageError('unreachable', 'the connection broke while the box answered')
  return { words, hashes }
}

function decodeBits(bits: Buffer, count: number): readonly boolean[] {
  if (bits.length !== Math.ceil(count / 8)) throw new StorageError('broken', 'the box answered for another number of ids')
  return Array.from({ length: count }, (_, index) => (bits[index >> 3]! & (1 << (index & 7))) !== 0)
}

/** What arrived before a line broke is not asked for again. */
async function* readRecords(
  wire: Wire,
  ids: readonly ChunkId[],
  signal: AbortSignal | undefined,
  restore: string | undefined,
): AsyncGenerator<Buffer> {
  const path = `${api}/records${restore === undefined ? '' : `?restore=${restore}`}`
  if (ids.length > recordsPerCallMax) throw new RangeError(`at most ${recordsPerCallMax} records are asked for at once`)
  const open = new Map(ids.map((id) => [chunkKey(id), id]))
  const both = bothSignals(wire.signal, signal)
  let arrivals = open.size
  while (open.size > 0) {
    const body = Buffer.concat([...open.values()], open.size * chunkIdBytes)
    const ask = () => wire.ask('POST', path, { headers: octets, body, signal: both })
    const response = await wire.patient(ask)
    try {
      for await (const record of splitRecords(wholeBody(response.body))) {
        open.delete(chunkKey(readHeader(record).chunkId))
        yield record
      }
      return
    } catch (error) {
      both?.throwIfAborted()
      const isCut = error instanceof StorageError && error.isWorthRetrying
      // A line that breaks before a single record has come is no line.
      if (!isCut || open.size === arrivals) throw error
      arrivals = open.size
    } finally {
      response.body.destroy()
    }
  }
}

function bothSignals(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return AbortSignal.any([one, other])
}

/** The box lists the newest first; the contract wants them in order. */
async function* listSnapshots({ link, device, signal }: ApplianceTargetOptions, wire: Wire): AsyncGenerator<SnapshotListing> {
  const newestFirst: SnapshotListing[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const query = { cursor, limit: snapshotsPerPage }
    const page = readSnapshotPage(await wire.patient(() => link.json('GET', `${api}/snapshots`, { query, signal })), device)
    newestFirst.push(...page.items)
    cursor = page.next
  }
  yield* newestFirst.reverse()
}
