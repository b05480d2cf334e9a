// Files between planning and fetching. Planning runs ahead as far as the queue has room; a file with the same bytes as one that
// still waits joins it, so that its records are fetched and opened once.

import { contentKey, fitsOneBatch, type PlannedFile } from './planned-file.ts'

export type FileGroupPlan = PlannedFile[]

const queuedFilesMax = 16_384
const groupFilesMax = 64

export class FileQueue {
  private groups: FileGroupPlan[] = []
  private taken = 0
  private files = 0
  private readonly byContent = new Map<string, FileGroupPlan>()
  private readonly keys = new Map<FileGroupPlan, string>()
  private isClosed = false
  private wakeReader: (() => void) | undefined
  private wakeWriter: (() => void) | undefined

  /** Resolves when there is room for more. */
  async push(file: PlannedFile): Promise<void> {
    while (this.files >= queuedFilesMax && !this.isClosed) {
      await new Promise<void>((resolve) => {
        this.wakeWriter = resolve
      })
    }
    if (this.isClosed) return
    this.add(file)
    this.files++
    this.wakeReader?.()
  }

  /** No more files come; those that wait are still given out. */
  close(): void {
    this.isClosed = true
    this.wakeReader?.()
    this.wakeWriter?.()
  }

  /** Nobody will ask for what waits. */
  stop(): void {
    this.groups.length = this.taken
    this.close()
  }

  /** The next group, or undefined when the queue is closed and empty. */
  async next(): Promise<FileGroupPlan | undefined> {
    while (this.taken === this.groups.length) {
      if (this.isClosed) return undefined
      await new Promise<void>((resolve) => {
        this.wakeReader = resolve
      })
    }
    const group = this.groups[this.taken++]!
    this.forget(group)
    return group
  }

  private add(file: PlannedFile): void {
    const key = fitsOneBatch(file) ? contentKey(file.entry.content) : undefined
    const twins = key === undefined ? undefined : this.byContent.get(key)
    if (twins && twins.length < groupFilesMax && twins[0]!.entry.size === file.entry.size) {
      twins.push(file)
      return
    }
    const group = [file]
    this.groups.push(group)
    if (key === undefined) return
    this.byContent.set(key, group)
    this.keys.set(group, key)
  }

  private forget(group: FileGroupPlan): void {
    this.files -= group.length
    const key = this.keys.get(group)
    this.keys.delete(group)
    if (key !== undefined && this.byContent.get(key) === group) this.byContent.delete(key)
    if (this.taken > 1_000 && this.taken * 2 > this.groups.length) {
      this.groups = this.groups.slice(this.taken)
      this.taken = 0
    }
    this.wakeWriter?.()
  }
}
