// From a file's content, as its entry gives it, to the runs of bytes and holes it is made of, in order. Lists are read where the
// range asked for reaches into them and nowhere else.

import { readListNode } from '../format/list.ts'
import type { ContentItem, FileContent, FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { FormatError } from '../model/errors.ts'
import { type ChunkId, chunkKey } from '../model/ids.ts'
import { listMaxLevels } from '../model/limits.ts'
import type { PlaintextSource } from './plaintext-source.ts'

export interface ByteRange {
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

export type ContentRun =
  | { readonly kind: 'data'; readonly at: number; readonly length: number; readonly id: ChunkId }
  | { readonly kind: 'hole'; readonly at: number; readonly length: number }
  | { readonly kind: 'inline'; readonly at: number; readonly length: number; readonly bytes: Buffer }

/**
 * The runs that overlap the range, whole. `at` is a run's place in the file.
 * @throws FormatError `tree-damaged` when lists do not add up to the entry's size; whatever the source throws
 */
export async function* contentRuns(
  source: PlaintextSource,
  entry: FileEntry | HardlinkEntry,
  range: ByteRange = { start: 0, end: entry.size },
): AsyncGenerator<ContentRun> {
  const { content, size } = entry
  if (content.kind === 'list') yield* listRuns(source, { id: content.id, at: 0, length: size, level: undefined }, range)
  else for (const run of directRuns(content, size)) if (overlaps(run, range)) yield run
}

/** Runs of a content that lies in the entry itself. */
export function* directRuns(content: Exclude<FileContent, { kind: 'list' }>, size: number): Generator<ContentRun> {
  if (content.kind === 'inline') yield { kind: 'inline', at: 0, length: size, bytes: content.bytes }
  if (content.kind === 'chunks') yield* placed(content.items, 0)
}

/** Whether two contents are the same bytes: what is cut and kept alike is. */
export function isSameContent(one: FileContent, other: FileContent): boolean {
  switch (one.kind) {
    case 'empty':
      return other.kind === 'empty'
    case 'inline':
      return other.kind === 'inline' && one.bytes.equals(other.bytes)
    case 'list':
      return other.kind === 'list' && one.id.equals(other.id)
    case 'chunks':
      return (
        other.kind === 'chunks' &&
        one.items.length === other.items.length &&
        one.items.every((item, index) => {
          const with_ = other.items[index]!
          if (item.kind === 'hole' || with_.kind === 'hole') return item.kind === with_.kind && item.length === with_.length
          return item.id.equals(with_.id)
        })
      )
    default:
      return one satisfies never
  }
}

interface ListPlace {
  readonly id: ChunkId
  readonly at: number
  readonly length: number
  /** Undefined for the topmost list, whose level is what it says. */
  readonly level: number | undefined
}

async function* listRuns(source: PlaintextSource, place: ListPlace, range: ByteRange): AsyncGenerator<ContentRun> {
  const plaintexts = await source.readPlaintexts([place.id])
  const node = readListNode(plaintexts.get(chunkKey(place.id))!)
  const parts: readonly { readonly length: number }[] = 'items' in node ? node.items : node.children
  const whole = parts.reduce((sum, part) => sum + part.length, 0)
  if (whole !== place.length || node.level > listMaxLevels || (place.level !== undefined && node.level !== place.level))
    throw new FormatError('tree-damaged', 'a list of chunks is not the one that the list above it names')
  if ('items' in node) {
    for (const run of placed(node.items, place.at)) if (overlaps(run, range)) yield run
    return
  }
  let at = place.at
  for (const child of node.children) {
    const below = { id: child.id, at, length: child.length, level: node.level - 1 }
    if (overlaps(below, range)) yield* listRuns(source, below, range)
    at += child.length
  }
}

function* placed(items: readonly ContentItem[], start: number): Generator<ContentRun> {
  let at = start
  for (const item of items) {
    yield { ...item, at }
    at += item.length
  }
}

function overlaps(run: { readonly at: number; readonly length: number }, range: ByteRange): boolean {
  return run.at < range.end && run.at + run.length > range.start
}
