/**
 * Proves, without keys, that everything a root names is stored: trees and lists are read for the ids in front of their seal, data is
 * looked up. Against a parent whose closure is whole only the difference is walked: a node is skipped when the part of the parent
 * walked so far holds its id, so what moved within the tree is walked again, never assumed.
 */
import { type ChunkId, type ChunkKey, chunkIdOfKey, chunkKey, readHeader, readRefs, recordTypes } from '../../engine/index.ts'
import type { HeldChunk } from '../packs/chunks-table.ts'
import type { PackNumber } from '../packs/pack.ts'

export interface ClosureSource {
  /** Ids that a live pack holds, and where. */
  readonly findHeld: (ids: readonly ChunkId[]) => Promise<ReadonlyMap<ChunkKey, HeldChunk>>
  /** Whole records, several at a time; views that are good until the next step. */
  readonly read: (ids: readonly ChunkId[]) => AsyncIterable<readonly Buffer[]>
}

export interface ClosureWalk {
  readonly missing: readonly ChunkId[]
  /** False: the walk stopped at `maxMissingIds`; there may be more. */
  readonly isComplete: boolean
  /** Where what was walked lies. */
  readonly usedPacks: readonly PackNumber[]
  readonly walkedNodes: number
}

/** Ids of one page of missing chunks. */
export const maxMissingIds = 10_000
const nodesPerStep = 1024
const idsPerStep = 4096
/** Of the parent's walked part; beyond it more is walked, nothing is believed. */
const maxParentIds = 500_000

export async function walkClosure(options: {
  readonly source: ClosureSource
  readonly root: ChunkId
  /** Of a live version whose closure may be believed. */
  readonly parentRoot: ChunkId | undefined
}): Promise<ClosureWalk> {
  const walk = new Walk(options.source)
  if (options.parentRoot?.equals(options.root)) return walk.result()
  const parent = new ParentWalk(options.source, options.parentRoot)
  let level = await walk.hold([options.root])
  while (level.length > 0 && walk.hasRoom) {
    await parent.descend()
    level = await walk.descend(level, parent)
  }
  return walk.result()
}

class Walk {
  private readonly source: ClosureSource
  private readonly missing: ChunkId[] = []
  private readonly usedPacks = new Set<PackNumber>()
  private readonly walked = new Set<ChunkKey>()

  constructor(source: ClosureSource) {
    this.source = source
  }

  get hasRoom(): boolean {
    return this.missing.length < maxMissingIds
  }

  result(): ClosureWalk {
    const missing = this.missing.slice(0, maxMissingIds)
    return { missing, isComplete: this.hasRoom, usedPacks: [...this.usedPacks], walkedNodes: this.walked.size }
  }

  /** Looks ids up; returns the nodes among them that were not walked before. */
  async hold(ids: readonly ChunkId[]): Promise<readonly ChunkKey[]> {
    const held = await this.source.findHeld(ids)
    const nodes: ChunkKey[] = []
    for (const id of ids) {
      const key = chunkKey(id)
      const chunk = held.get(key)
      if (chunk === undefined) this.missing.push(Buffer.from(id) as ChunkId)
      else {
        this.usedPacks.add(chunk.place.pack)
        if (isNode(chunk) && !this.walked.has(key)) {
          this.walked.add(key)
          nodes.push(key)
        }
      }
    }
    return nodes
  }

  /** Reads the nodes of a level and holds what they name, but for what the parent's walked part names too. */
  async descend(level: readonly ChunkKey[], parent: ParentWalk): Promise<readonly ChunkKey[]> {
    const next: ChunkKey[] = []
    for (let at = 0; at < level.length && this.hasRoom; at += nodesPerStep) {
      const nodes = level.slice(at, at + nodesPerStep)
      const unread = new Set(nodes)
      const named = new Map<ChunkKey, ChunkId>()
      for await (const { key, refs } of readNodes(this.source, nodes)) {
        unread.delete(key)
        for (const ref of refs) {
          const refKey = chunkKey(ref)
          if (!parent.holds(refKey)) named.set(refKey, chunkIdOfKey(refKey))
        }
        if (named.size >= idsPerStep) next.push(...(await this.holdAll(named)))
      }
      next.push(...(await this.holdAll(named)))
      // A record that is mapped but cannot be read whole is as good as missing: whoever has it sends it again.
      for (const key of unread) this.missing.push(chunkIdOfKey(key))
    }
    return next
  }

  private async holdAll(named: Map<ChunkKey, ChunkId>): Promise<readonly ChunkKey[]> {
    const ids = [...named.values()]
    named.clear()
    return ids.length === 0 ? [] : this.hold(ids)
  }
}

/** The parent's tree, followed level by level only where the new one does not share it. */
class ParentWalk {
  private readonly source: ClosureSource
  private level: readonly ChunkKey[]
  /** Ids that the walked part names; true once the new tree was found to share one. */
  private readonly named = new Map<ChunkKey, boolean>()
  private newlyNamed: ChunkKey[] = []

  constructor(source: ClosureSource, root: ChunkId | undefined) {
    this.source = source
    this.level = root === undefined ? [] : [chunkKey(root)]
  }

  holds(key: ChunkKey): boolean {
    if (!this.named.has(key)) return false
    this.named.set(key, true)
    return true
  }

  /** One level further: before the new tree's level is compared. */
  async descend(): Promise<void> {
    if (this.newlyNamed.length > 0) this.level = await this.changedNodes()
    this.newlyNamed = []
    for (let at = 0; at < this.level.length && this.named.size < maxParentIds; at += nodesPerStep) {
      for await (const { refs } of readNodes(this.source, this.level.slice(at, at + nodesPerStep))) {
        for (const ref of refs) {
          const key = chunkKey(ref)
          if (this.named.has(key)) continue
          this.named.set(key, false)
          this.newlyNamed.push(key)
        }
      }
    }
    this.level = []
  }

  private async changedNodes(): Promise<readonly ChunkKey[]> {
    const nodes: ChunkKey[] = []
    const changed = this.newlyNamed.filter((key) => this.named.get(key) === false)
    for (let at = 0; at < changed.length; at += idsPerStep) {
      const held = await this.source.findHeld(changed.slice(at, at + idsPerStep).map(chunkIdOfKey))
      for (const [key, chunk] of held) if (isNode(chunk)) nodes.push(key)
    }
    return nodes
  }
}

async function* readNodes(
  source: ClosureSource,
  keys: readonly ChunkKey[],
): AsyncGenerator<{ readonly key: ChunkKey; readonly refs: readonly ChunkId[] }> {
  for await (const records of source.read(keys.map(chunkIdOfKey))) {
    for (const record of records) {
      const header = readHeader(record)
      yield { key: chunkKey(header.chunkId), refs: readRefs(record, header) }
    }
  }
}

function isNode(chunk: HeldChunk): boolean {
  return chunk.type === recordTypes.tree || chunk.type === recordTypes.list
}
