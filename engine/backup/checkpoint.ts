// A version of what a long run has so far: what was assembled, and behind it, from the cache, everything else as the job's last
// version had it. The run itself goes on undisturbed: open folders are copied, never closed.

import type { BigIntStats } from 'node:fs'
import type { Extension } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import { directoryEntry, encodeEntry } from '../repository/encode-entry.ts'
import type { EmitNode } from '../repository/list-builder.ts'
import type { TreeBuilder } from '../repository/tree-builder.ts'
import { CacheDamagedError, CacheReader, nameOfEncoded } from './cache-reader.ts'

export interface OpenFolder {
  readonly builder: TreeBuilder
  readonly name: Buffer
  readonly stat: BigIntStats
  readonly extensions: readonly Extension[]
  /** The cache has a folder of this name at this place, and stands inside it. */
  readonly isCached: boolean
}

export interface RestOfCache {
  readonly bodyPath: string
  /** Of the first token that was not assembled. */
  readonly position: number
}

/** The root of a whole tree; `open` are the folders on the way to where the run stands, outermost first. */
export function finishFromCache(
  root: TreeBuilder,
  open: readonly OpenFolder[],
  rest: RestOfCache | undefined,
  emit: EmitNode,
): ChunkId {
  const reader = rest && new CacheReader(rest.bodyPath, rest.position)
  try {
    let below: { readonly name: Buffer; readonly encoded: Buffer } | undefined
    for (const folder of open.toReversed()) {
      const tree = finishFolder(folder.builder.fork(emit), below, folder.isCached ? reader : undefined)
      below = { name: folder.name, encoded: encodeEntry(directoryEntry(folder.name, folder.stat, folder.extensions, tree)) }
    }
    return finishFolder(root.fork(emit), below, reader)
  } finally {
    reader?.close()
  }
}

function finishFolder(
  builder: TreeBuilder,
  below: { name: Buffer; encoded: Buffer } | undefined,
  reader: CacheReader | undefined,
): ChunkId {
  if (below) builder.add(below.name, below.encoded)
  if (!reader) return builder.finish()
  for (let token = reader.peek(); token.kind !== 'end'; token = reader.peek()) {
    if (token.kind === 'leave') {
      reader.next()
      break
    }
    const encoded = token.kind === 'entry' ? token.encoded : lastOfFolder(reader)
    builder.add(nameOfEncoded(encoded), encoded)
    if (token.kind === 'entry') reader.next()
  }
  return builder.finish()
}

/** Passes over a cached folder and returns its own entry, which stands at its end. */
function lastOfFolder(reader: CacheReader): Buffer {
  let depth = 0
  for (;;) {
    const token = reader.peek()
    if (token.kind === 'end') throw new CacheDamagedError('the cache ends inside a folder')
    if (token.kind === 'enter') depth++
    if (token.kind === 'leave') depth--
    reader.next()
    if (depth === 0 && token.kind === 'leave') return token.encoded
  }
}
