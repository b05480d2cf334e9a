/** Writes small files into a copy, and knows which it wrote. */
import { createHash } from 'node:crypto'
import { type Storage, StorageError, storageBelow } from '../../engine/index.ts'
import type { Repository } from '../repositories/repository.ts'
import { type CopiedFile, type FilesOf, forgetCopiedFile, listCopiedFiles, noteCopiedFile } from './copied-files-table.ts'
import { repositoryFolder } from './copied-names.ts'
import { placeError } from './copy-place.ts'
import type { CopyRun } from './copy-run.ts'
import type { SmallFile } from './small-files.ts'

export class CopiedFiles {
  private readonly run: CopyRun
  private readonly of: FilesOf
  private readonly place: Storage
  private readonly known: Map<string, CopiedFile>

  private constructor(run: CopyRun, of: FilesOf, known: ReadonlyMap<string, CopiedFile>) {
    this.run = run
    this.of = of
    this.place = storageBelow(run.storage, repositoryFolder(of.uid))
    this.known = new Map(known)
  }

  static async of(run: CopyRun, { uid }: Pick<Repository, 'uid'>): Promise<CopiedFiles> {
    const of = { copyId: run.copy.copyId, uid }
    return new CopiedFiles(run, of, await listCopiedFiles(run.database.kysely, of))
  }

  find(name: string): CopiedFile | undefined {
    return this.known.get(name)
  }

  all(): readonly CopiedFile[] {
    return [...this.known.values()]
  }

  /** Puts a file there, or replaces what has other bytes; the same bytes again cost nothing. */
  async keep(file: SmallFile, observedMs: number): Promise<void> {
    const sha256 = createHash('sha256').update(file.bytes).digest()
    const known = this.known.get(file.name)
    if (known?.sha256.equals(sha256)) return
    this.run.signal.throwIfAborted()
    await this.write(file, { isKnown: known !== undefined })
    this.run.reached('copy:file-put')
    const row = { name: file.name, sha256, sizeBytes: file.bytes.length, copiedObservedMs: observedMs }
    await noteCopiedFile(this.run.database.kysely, this.of, row)
    this.run.reached('copy:file-noted')
    this.known.set(file.name, row)
    this.run.tally.files += 1
  }

  /** The file goes first: a row without its file costs nothing. */
  async remove(name: string): Promise<void> {
    await this.place.remove(name).catch((error: unknown) => {
      throw placeError(error)
    })
    this.run.reached('copy:file-removed')
    await this.forget(name)
    this.run.reached('copy:file-forgotten')
  }

  async forget(name: string): Promise<void> {
    await forgetCopiedFile(this.run.database.kysely, this.of, name)
    this.known.delete(name)
  }

  private async write({ name, bytes }: SmallFile, { isKnown }: { readonly isKnown: boolean }): Promise<void> {
    try {
      if (isKnown) await this.place.replace(name, bytes)
      else await this.place.put(name, bytes)
    } catch (error) {
      if (!(error instanceof StorageError) || error.fault !== 'exists-different') throw placeError(error)
      await this.place.replace(name, bytes)
    }
  }
}
