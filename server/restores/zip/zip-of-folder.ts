/** A folder of a version as the entries of a ZIP archive: names made safe, links kept as links, nothing held but the way down. */
import type { VersionPath } from '../../snapshots/version-path.ts'
import type { VersionEntry, VersionReader } from '../../snapshots/version-reader.ts'
import { safeName } from '../safe-name.ts'
import type { ZipEntry } from './zip-archive.ts'
import { zipTime } from './zip-time.ts'

const unixTypes = { directory: 0o040000, file: 0o100000, symlink: 0o120000 } as const

/** Pipes, sockets and devices are passed over: no archive program could make them. */
export async function* zipEntriesOf(options: {
  readonly reader: Pick<VersionReader, 'walk'>
  readonly folder: VersionPath
  readonly timeZone: string
}): AsyncGenerator<ZipEntry, void, undefined> {
  for await (const { path, entry } of options.reader.walk(options.folder)) {
    if (entry.type === 'special') continue
    yield {
      name: path.map(safeName).join('/') + (entry.type === 'directory' ? '/' : ''),
      sizeBytes: sizeOf(entry),
      unixMode: unixTypes[entry.type] | entry.mode,
      time: zipTime(entry.changedAtMs, options.timeZone),
      content: () => contentOf(entry),
    }
  }
}

function sizeOf(entry: Exclude<VersionEntry, { type: 'special' }>): number {
  if (entry.type === 'file') return entry.sizeBytes
  return entry.type === 'symlink' ? entry.target.length : 0
}

async function* contentOf(entry: VersionEntry): AsyncGenerator<Uint8Array> {
  if (entry.type === 'symlink') yield entry.target
  if (entry.type === 'file') yield* entry.read({ start: 0, end: entry.sizeBytes })
}
