// Reads what the box answers in JSON. The box is another program, perhaps of another version: each field is looked at once, here.

import { type Verdict, verdicts } from '../format/snapshot-body.ts'
import { StorageError } from '../model/errors.ts'
import { type ChunkId, parseChunkId, parseDeviceId, parseSnapshotId, type SnapshotId } from '../model/ids.ts'
import type { ChainHead, CommitAnswer, SnapshotListing } from './target.ts'

export interface OpenedSession {
  readonly id: string
  readonly head: ChainHead
  readonly closureEpoch: number
  readonly isParentHeld: boolean
}

export function readOpenedSession(json: unknown): OpenedSession {
  const answer = object(json)
  return {
    id: text(answer.id),
    head: readHead(answer.head),
    closureEpoch: integer(answer.closureEpoch),
    isParentHeld: answer.isParentHeld === true,
  }
}

export interface CommittedAnswer {
  readonly answer: Extract<CommitAnswer, { kind: 'committed' }>
  readonly instance: string
}

export function readCommitted(json: unknown): CommittedAnswer {
  const body = object(json)
  const verdict = verdicts.find((known) => known === body.verdict)
  if (verdict === undefined) throw senseless('a verdict')
  const next = body.next === null || body.next === undefined ? undefined : readHead(body.next)
  const answer = {
    kind: 'committed',
    id: snapshotId(body.id),
    seq: integer(body.seq),
    verdict: verdict satisfies Verdict,
    next,
  } as const
  return { answer, instance: text(body.instance) }
}

/** The head that a refusal for a stale one carries. */
export function readStaleHead(refusal: unknown): ChainHead {
  return readHead(object(refusal).head)
}

export function readMissing(refusal: unknown): { readonly ids: readonly ChunkId[]; readonly isComplete: boolean } | undefined {
  const { missing, isComplete } = object(refusal)
  if (!Array.isArray(missing)) return undefined
  return { ids: missing.map((id) => parseChunkId(Buffer.from(text(id), 'hex'))), isComplete: isComplete === true }
}

export function readSnapshotPage(
  json: unknown,
  device: string,
): { readonly items: readonly SnapshotListing[]; readonly next: string | undefined } {
  const { items, nextCursor } = object(json)
  if (!Array.isArray(items)) throw senseless('a list of versions')
  return {
    items: items.map((item) => readListing(object(item), device)),
    next: nextCursor === null ? undefined : text(nextCursor),
  }
}

function readListing(item: Readonly<Record<string, unknown>>, device: string): SnapshotListing {
  return {
    id: snapshotId(item.id),
    envelope: {
      root: parseChunkId(Buffer.from(text(item.root), 'hex')),
      seq: integer(item.seq),
      device: parseDeviceId(device),
      serverTimeMs: integer(item.serverTimeMs),
      previous: item.previous === null ? undefined : snapshotId(item.previous),
    },
  }
}

function readHead(json: unknown): ChainHead {
  const { seq, previous, serverTimeMs } = object(json)
  return {
    seq: integer(seq),
    previous: previous === null || previous === undefined ? undefined : snapshotId(previous),
    serverTimeMs: integer(serverTimeMs),
  }
}

function snapshotId(value: unknown): SnapshotId {
  try {
    return parseSnapshotId(text(value))
  } catch (cause) {
    if (cause instanceof StorageError) throw cause
    throw senseless('a version id')
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw senseless('an object')
  return value as Readonly<Record<string, unknown>>
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw senseless('text')
  return value
}

function integer(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw senseless('a whole number')
  return value
}

function senseless(wanted: string): StorageError {
  return new StorageError('broken', `the box answered something else than ${wanted}`, {
    hint: 'Box and agent may be of versions that do not fit. Update the older one.',
  })
}
