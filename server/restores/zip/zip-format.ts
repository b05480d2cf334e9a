/** Files, folders and links as the entries of a ZIP archive: names made safe and different, links kept as links. */
import type { ArchiveEntry } from '../archive-entries.ts'
import type { ArchiveFormat } from '../archive-format.ts'
import { SafePaths } from '../safe-paths.ts'
import { zipTimes } from './zip-time.ts'
import { type ZipHead, ZipWriter } from './zip-writer.ts'

/** A link's target is its content. */
type Head = ZipHead & { readonly target: Buffer | undefined }

const unixTypes = { directory: 0o040000, file: 0o100000, symlink: 0o120000 } as const
const ownMode = 0o644

export function zipFormat(timeZone: string): ArchiveFormat<Head> {
  const paths = new SafePaths()
  const timeOf = zipTimes(timeZone)
  const writer = new ZipWriter()
  return {
    toItem: ({ path, entry }) => ({
      item: {
        name: paths.of(path) + (entry.type === 'directory' ? '/' : ''),
        sizeBytes: sizeOf(entry),
        unixMode: unixTypes[entry.type] | entry.mode,
        time: timeOf(entry.changedAtMs),
        target: entry.type === 'symlink' ? entry.target : undefined,
      },
      file: entry.type === 'file' ? entry.stored : undefined,
    }),
    toOwnHead: ({ name, sizeBytes, madeAtMs }) => ({
      name: paths.of([Buffer.from(name)]),
      sizeBytes,
      unixMode: unixTypes.file | ownMode,
      time: timeOf(madeAtMs),
      target: undefined,
    }),
    leaveOut: () => {},
    hasLost: () => false,
    writer: {
      begin: (head) => {
        writer.begin(head)
        if (head.target !== undefined) writer.add(head.target)
      },
      add: (bytes) => writer.add(bytes),
      take: () => writer.take(),
      end: () => writer.end(),
    },
  }
}

function sizeOf(entry: ArchiveEntry['entry']): number {
  if (entry.type === 'file') return entry.sizeBytes
  return entry.type === 'symlink' ? entry.target.length : 0
}
