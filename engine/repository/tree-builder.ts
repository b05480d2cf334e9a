// Builds one directory's tree from its entries, given in order of their names as encoded bytes. Leaves are handed out as they fill,
// so a folder of a million files takes the memory of one leaf.

import { endsIndex, endsSegment } from '../chunker/segment-cut.ts'
import type { RepositoryKeys } from '../crypto/keys.ts'
import { ByteWriter } from '../format/bytes.ts'
import { type TreeIndexChild, writeLeafHead, writeTreeIndex } from '../format/tree.ts'
import type { ChunkId } from '../model/ids.ts'
import { treeSegmentMaxBytes } from '../model/limits.ts'
import { recordTypes } from '../model/record-type.ts'
import type { EmitNode } from './list-builder.ts'

const initialBytes = 4096
const headBytesMax = 9

export class TreeBuilder {
  private readonly keys: RepositoryKeys
  private readonly emit: EmitNode
  private entries = new ByteWriter(initialBytes)
  private count = 0
  private firstName: Buffer | undefined
  private levels: TreeIndexChild[][] = []

  constructor(keys: RepositoryKeys, emit: EmitNode) {
    this.keys = keys
    this.emit = emit
  }

  add(name: Buffer, encodedEntry: Buffer): void {
    if (this.count > 0 && this.entries.length + encodedEntry.length + headBytesMax > treeSegmentMaxBytes) this.closeLeaf()
    this.firstName ??= Buffer.from(name)
    this.entries.bytes(encodedEntry)
    this.count++
    if (endsSegment(name, encodedEntry.length, this.entries.length, this.keys.gear)) this.closeLeaf()
  }

  /** The id of the directory's top node. */
  finish(): ChunkId {
    if (this.levels.length === 0) return this.storeLeaf()
    if (this.count > 0) this.closeLeaf()
    for (let level = 0; ; level++) {
      const children = this.levels[level]!
      if (level === this.levels.length - 1 && children.length === 1) return children[0]!.id
      if (children.length > 0) this.closeIndex(level)
    }
  }

  /** A copy that can be finished while this one goes on: checkpoints. */
  fork(emit: EmitNode): TreeBuilder {
    const copy = new TreeBuilder(this.keys, emit)
    copy.entries.bytes(this.entries.view())
    copy.count = this.count
    copy.firstName = this.firstName
    copy.levels = this.levels.map((children) => [...children])
    return copy
  }

  private closeLeaf(): void {
    const firstName = this.firstName!
    this.push(0, { firstName, id: this.storeLeaf() })
  }

  private storeLeaf(): ChunkId {
    const to = new ByteWriter(this.entries.length + headBytesMax)
    writeLeafHead(to, this.count)
    to.bytes(this.entries.view())
    const id = this.store(to.view())
    this.entries.reset()
    this.count = 0
    this.firstName = undefined
    return id
  }

  private closeIndex(level: number): void {
    const children = this.levels[level]!
    const to = new ByteWriter(initialBytes)
    writeTreeIndex(to, level + 1, children)
    this.levels[level] = []
    const id = this.store(to.view())
    this.push(level + 1, { firstName: children[0]!.firstName, id })
  }

  private push(level: number, child: TreeIndexChild): void {
    this.levels[level] ??= []
    const children = this.levels[level]
    children.push(child)
    if (endsIndex(child.id, children.length)) this.closeIndex(level)
  }

  private store(plaintext: Buffer): ChunkId {
    const id = this.keys.chunkId(recordTypes.tree, plaintext)
    this.emit(id, plaintext)
    return id
  }
}
