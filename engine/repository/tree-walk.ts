// Goes through a version's folders in order, depth first, with few questions to where the records lie: whenever a record is needed
// that is not here yet, the ones that will be needed next are asked for with it. Memory is bounded by the read-ahead, not by the tree.

import { readTreeNode } from '../format/tree.ts'
import type { TreeEntry } from '../format/tree-entry.ts'
import { FormatError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkKey } from '../model/ids.ts'
import { treeMaxDepth } from '../model/limits.ts'
import type { GatheredPlaintexts } from './plaintext-source.ts'
import { expectPlace, type SegmentPlace, segmentsBelow } from './tree-segment.ts'

export type TreeEvent =
  | { readonly kind: 'entry'; readonly path: Buffer; readonly entry: TreeEntry }
  /** A part of this folder could not be read: what it held is unknown. The walk goes on. */
  | { readonly kind: 'lost'; readonly path: Buffer; readonly error: Error }

export type Gather = (ids: readonly ChunkId[]) => Promise<GatheredPlaintexts>

const nodesPerRead = 64
const heldNodesMax = 1_024
const heldBytesMax = 16 * 1024 * 1024
const slash = Buffer.from('/')

/** A node to visit: the top of a folder, or a segment of one. */
interface Visit {
  readonly id: ChunkId
  readonly path: Buffer
  readonly depth: number
  readonly place: SegmentPlace | undefined
}

/** A node in the middle of its visit. */
interface Frame extends Visit {
  readonly steps: readonly Step[]
  position: number
}

/** An entry, what is below it, or both. */
interface Step {
  readonly entry: TreeEntry | undefined
  readonly below: ChunkId | undefined
  readonly place: SegmentPlace | undefined
}

/** Whether what lies in a folder is known already: it is not read then. */
export type IsKnown = (path: Buffer, tree: ChunkId) => boolean

/** Everything below a tree; `path` is that tree's own and stands in front of all others. */
export async function* walkTree(gather: Gather, root: ChunkId, path: Buffer, isKnown?: IsKnown): AsyncGenerator<TreeEvent> {
  const ahead = new ReadAhead(gather)
  const stack: Frame[] = []
  let next: Visit | undefined = { id: root, path, depth: 0, place: undefined }
  while (next || stack.length > 0) {
    if (next) {
      const steps: readonly Step[] | Error = await open(next, { ahead, stack, isKnown })
      if (steps instanceof Error) yield { kind: 'lost', path: next.path, error: steps }
      else stack.push({ ...next, steps, position: 0 })
    }
    next = undefined
    const frame = stack.at(-1)
    const step = frame?.steps[frame.position++]
    if (!frame || !step) {
      stack.pop()
      continue
    }
    const { entry, below, place } = step
    const stepPath = entry ? joinNames(frame.path, entry.name) : frame.path
    if (entry) yield { kind: 'entry', path: stepPath, entry }
    if (below) next = { id: below, path: stepPath, depth: frame.depth + (entry ? 1 : 0), place }
  }
}

export function joinNames(path: Buffer, name: Buffer): Buffer {
  return path.length === 0 ? name : Buffer.concat([path, slash, name])
}

interface Walking {
  readonly ahead: ReadAhead
  readonly stack: readonly Frame[]
  readonly isKnown: IsKnown | undefined
}

async function open(visit: Visit, { ahead, stack, isKnown }: Walking): Promise<readonly Step[] | Error> {
  if (visit.depth > treeMaxDepth) return new FormatError('limit-exceeded', `more than ${treeMaxDepth} folders deep`)
  const plaintext = await ahead.take(visit.id, stack)
  if (plaintext instanceof Error) return plaintext
  try {
    return readSteps(plaintext, visit, isKnown)
  } catch (error) {
    return error as Error
  }
}

function readSteps(plaintext: Buffer, { place, path }: Visit, isKnown: IsKnown | undefined): readonly Step[] {
  const node = readTreeNode(plaintext)
  if (place) expectPlace(node, place)
  if (node.kind === 'index')
    return segmentsBelow(node, place?.before).map((segment) => ({ entry: undefined, below: segment.id, place: segment.place }))
  return node.entries.map((entry) => ({
    entry,
    below: entry.type === 'directory' && !isKnown?.(joinNames(path, entry.name), entry.tree) ? entry.tree : undefined,
    place: undefined,
  }))
}

/** Plaintexts that were read before they are needed. */
class ReadAhead {
  private readonly gather: Gather
  private readonly held = new Map<ChunkKey, Buffer | Error>()
  private bytes = 0

  constructor(gather: Gather) {
    this.gather = gather
  }

  async take(id: ChunkId, stack: readonly Frame[]): Promise<Buffer | Error> {
    const key = chunkKey(id)
    if (!this.held.has(key)) await this.fill(id, stack)
    return this.release(key)
  }

  /** Reads a node and those that follow it on the way. What was read longest ago is furthest off: it makes room, and is read again. */
  private async fill(first: ChunkId, stack: readonly Frame[]): Promise<void> {
    const wanted = new Map<ChunkKey, ChunkId>([[chunkKey(first), first]])
    for (let level = stack.length - 1; level >= 0; level--) {
      const { steps, position } = stack[level]!
      for (let at = position; at < steps.length && wanted.size < nodesPerRead; at++) {
        const { below } = steps[at]!
        if (below && !this.held.has(chunkKey(below))) wanted.set(chunkKey(below), below)
      }
    }
    const { opened, failures } = await this.gather([...wanted.values()])
    for (const key of [...wanted.keys()].reverse()) this.hold(key, opened.get(key) ?? failures.get(key)!)
    for (const key of this.held.keys()) {
      if (this.held.size <= heldNodesMax && this.bytes <= heldBytesMax) break
      if (key !== chunkKey(first)) this.release(key)
    }
  }

  private hold(key: ChunkKey, found: Buffer | Error): void {
    this.held.set(key, found)
    if (Buffer.isBuffer(found)) this.bytes += found.length
  }

  private release(key: ChunkKey): Buffer | Error {
    const found = this.held.get(key)!
    this.held.delete(key)
    if (Buffer.isBuffer(found)) this.bytes -= found.length
    return found
  }
}
