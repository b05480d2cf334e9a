/**
 * An archive as lists of pieces, made while it is read: nothing is staged. What cannot be read is left out and named in a text at the
 * archive's end; only a file whose first bytes are in it already breaks it off. A list is good until the next one is asked for: its
 * memory is given back then.
 */
import type { VersionPath } from '../snapshots/version-path.ts'
import { type ArchiveEntry, type ArchivePart, archiveEntries } from './archive-entries.ts'
import type { ArchiveFormat } from './archive-format.ts'
import { joinedPieces } from './joined-pieces.ts'
import { LostList } from './lost-list.ts'

/** `madeAtMs` is the time of the text, where there is one. */
export async function* archiveBytes<Head>(
  parts: readonly ArchivePart[],
  format: ArchiveFormat<Head>,
  madeAtMs: number,
): AsyncGenerator<readonly Buffer[], void, undefined> {
  const { toItem, toOwnHead, leaveOut, hasLost, writer } = format
  const lost = new LostList()
  async function* items(entries: AsyncIterable<ArchiveEntry>) {
    for await (const entry of entries) {
      const { item: head, file } = toItem(entry)
      lost.see(entry.path)
      yield { item: { head, path: entry.path }, file }
    }
  }
  const miss = ({ head, path }: { readonly head: Head; readonly path: VersionPath }) => {
    leaveOut(head)
    lost.add(path, 'all')
  }
  for (const part of parts) {
    const entries = archiveEntries(part, (path, what) => lost.add(path, what))
    for await (const events of part.reader.readFiles(items(entries))) {
      for (const event of events) {
        if (event.kind === 'bytes') writer.add(event.bytes)
        else if (event.kind === 'item' && !hasLost(event.item.head)) writer.begin(event.item.head)
        else if (event.kind === 'lost' && event.hasBegun) throw event.error
        else miss(event.item)
      }
      const ready = writer.take()
      if (ready.length === 0) continue
      yield joinedPieces(ready)
      part.reader.release(ready)
    }
  }
  if (!lost.isEmpty) {
    const text = lost.text()
    writer.begin(toOwnHead({ name: lost.name(), sizeBytes: text.length, madeAtMs }))
    writer.add(text)
  }
  for (const ready of writer.end()) if (ready.length > 0) yield joinedPieces(ready)
}
