// Turns the chunks of a file into its content: up to 16 stand in the entry, more go into lists, nested and cut by content.

import { endsList } from '../chunker/segment-cut.ts'
import type { RepositoryKeys } from '../crypto/keys.ts'
import { ByteWriter } from '../format/bytes.ts'
import { type ListChild, writeListChildren, writeListItems } from '../format/list.ts'
import type { ContentItem, FileContent } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import { directChunksMax } from '../model/limits.ts'
import { recordTypes } from '../model/record-type.ts'

/** Gets each node once it is complete, children before parents. The plaintext is a view, valid during the call. */
export type EmitNode = (id: ChunkId, plaintext: Buffer) => void

export class ListBuilder {
  private readonly keys: RepositoryKeys
  private readonly emit: EmitNode
  private readonly writer = new ByteWriter()
  private items: ContentItem[] = []
  private levels: ListChild[][] = []

  constructor(keys: RepositoryKeys, emit: EmitNode) {
    this.keys = keys
    this.emit = emit
  }

  add(item: ContentItem): void {
    this.items.push(item)
    if (endsList(item.kind === 'data' ? item.id : undefined, this.items.length)) this.closeItems()
  }

  /** The file's content; the builder is ready for the next file. */
  finish(): FileContent {
    if (this.levels.length === 0 && this.items.length <= directChunksMax) {
      const { items } = this
      this.items = []
      return items.length === 0 ? { kind: 'empty' } : { kind: 'chunks', items }
    }
    if (this.items.length > 0) this.closeItems()
    for (let level = 0; ; level++) {
      const children = this.levels[level]!
      if (level === this.levels.length - 1 && children.length === 1) {
        this.levels = []
        return { kind: 'list', id: children[0]!.id }
      }
      if (children.length > 0) this.closeLevel(level)
    }
  }

  /** Forgets a file that could not be read to its end. */
  reset(): void {
    this.items = []
    this.levels = []
  }

  private closeItems(): void {
    this.writer.reset()
    writeListItems(this.writer, this.items)
    const length = this.items.reduce((sum, item) => sum + item.length, 0)
    this.items = []
    this.push(0, this.store(), length)
  }

  private closeLevel(level: number): void {
    const children = this.levels[level]!
    this.writer.reset()
    writeListChildren(this.writer, level + 1, children)
    const length = children.reduce((sum, child) => sum + child.length, 0)
    this.levels[level] = []
    this.push(level + 1, this.store(), length)
  }

  private push(level: number, id: ChunkId, length: number): void {
    this.levels[level] ??= []
    const children = this.levels[level]
    children.push({ id, length })
    if (endsList(id, children.length)) this.closeLevel(level)
  }

  private store(): ChunkId {
    const plaintext = this.writer.view()
    const id = this.keys.chunkId(recordTypes.list, plaintext)
    this.emit(id, plaintext)
    return id
  }
}
