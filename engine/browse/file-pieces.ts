// The bytes of a file, in order. While one group of chunks is being given out, the next is on its way.

import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { FormatError } from '../model/errors.ts'
import { type ChunkKey, chunkKey } from '../model/ids.ts'
import { type ByteRange, type ContentRun, contentRuns } from '../repository/file-content.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'

/** Plaintext that one group may hold; two groups are in memory at a time. */
const groupBytesMax = 2 * 1024 * 1024
/** A hostile file may name chunks far longer than it says; this many of the longest are still bearable. */
const groupRunsMax = 64
const zeros = Buffer.alloc(1024 * 1024)

interface Group {
  readonly runs: readonly ContentRun[]
  readonly plaintexts: ReadonlyMap<ChunkKey, Buffer>
}

export async function* filePieces(
  source: PlaintextSource,
  entry: FileEntry | HardlinkEntry,
  range: ByteRange = { start: 0, end: entry.size },
): AsyncGenerator<Buffer> {
  const wanted = { start: Math.max(0, range.start), end: Math.min(range.end, entry.size) }
  if (wanted.start >= wanted.end) return
  const groups = readGroups(source, groupRuns(contentRuns(source, entry, wanted)))
  let next = groups.next()
  try {
    for (;;) {
      const { value: group, done } = await next
      if (done) return
      next = groups.next()
      next.catch(() => undefined) // a failure is met when its turn comes, or not at all when nobody reads on
      for (const run of group.runs) yield* piecesOf(run, group.plaintexts, wanted)
    }
  } finally {
    groups.return(undefined).catch(() => undefined) // the same failure, or none
  }
}

async function* readGroups(
  source: PlaintextSource,
  groups: AsyncIterable<readonly ContentRun[]>,
): AsyncGenerator<Group, undefined> {
  for await (const runs of groups) {
    const ids = runs.flatMap((run) => (run.kind === 'data' ? [run.id] : []))
    yield { runs, plaintexts: ids.length > 0 ? await source.readPlaintexts(ids) : new Map() }
  }
}

async function* groupRuns(runs: AsyncIterable<ContentRun>): AsyncGenerator<readonly ContentRun[]> {
  let group: ContentRun[] = []
  let bytes = 0
  for await (const run of runs) {
    const runBytes = run.kind === 'data' ? run.length : 0
    if (group.length > 0 && (bytes + runBytes > groupBytesMax || group.length === groupRunsMax)) {
      yield group
      group = []
      bytes = 0
    }
    group.push(run)
    bytes += runBytes
  }
  if (group.length > 0) yield group
}

function* piecesOf(run: ContentRun, plaintexts: ReadonlyMap<ChunkKey, Buffer>, range: ByteRange): Generator<Buffer> {
  const from = Math.max(0, range.start - run.at)
  const to = Math.min(run.length, range.end - run.at)
  if (run.kind === 'hole') {
    for (let at = from; at < to; at += zeros.length) yield zeros.subarray(0, Math.min(zeros.length, to - at))
    return
  }
  const bytes = run.kind === 'inline' ? run.bytes : plaintexts.get(chunkKey(run.id))!
  if (bytes.length !== run.length) throw new FormatError('tree-damaged', 'a chunk has another length than its file says')
  yield bytes.subarray(from, to)
}
