/**
 * An archive as lists of pieces, made while it is read: nothing is staged, and what cannot be read breaks it off. A list is good until
 * the next one is asked for: its memory is given back then.
 */
import { type ArchiveEntry, type ArchivePart, archiveEntries } from './archive-entries.ts'
import type { ArchiveFormat } from './archive-format.ts'
import { joinedPieces } from './joined-pieces.ts'

export async function* archiveBytes<Head>(
  parts: readonly ArchivePart[],
  { toItem, writer }: ArchiveFormat<Head>,
): AsyncGenerator<readonly Buffer[], void, undefined> {
  async function* items(entries: AsyncIterable<ArchiveEntry>) {
    for await (const entry of entries) yield toItem(entry)
  }
  for (const part of parts) {
    for await (const events of part.reader.readFiles(items(archiveEntries(part)))) {
      for (const event of events) {
        if (event.kind === 'item') writer.begin(event.item)
        else writer.add(event.bytes)
      }
      const ready = writer.take()
      if (ready.length === 0) continue
      yield joinedPieces(ready)
      part.reader.release(ready)
    }
  }
  for (const ready of writer.end()) if (ready.length > 0) yield joinedPieces(ready)
}
