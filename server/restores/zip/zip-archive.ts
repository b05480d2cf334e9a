/** A ZIP archive of entries that bring their bytes themselves, as a stream made while it is read. Whoever stops reading ends the work. */
import { type ZipHead, ZipWriter } from './zip-writer.ts'

export interface ZipEntry extends ZipHead {
  /** Exactly `sizeBytes` bytes. */
  readonly content: () => AsyncIterable<Uint8Array>
}

export async function* zipArchive(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer, void, undefined> {
  const writer = new ZipWriter()
  for await (const entry of entries) {
    writer.begin(entry)
    for await (const part of entry.content()) {
      writer.add(Buffer.from(part.buffer, part.byteOffset, part.length))
      yield* writer.take()
    }
  }
  for (const pieces of writer.end()) yield* pieces
}
