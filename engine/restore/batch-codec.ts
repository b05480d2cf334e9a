// The files of a batch as one run of bytes between threads: 20,000 objects, cloned one by one, would cost more than writing them.
//
//   per file: u8 flags (1 over nothing, 2 same content as the file before, 4 another name than the entry's, 8 over one certain file)
//             varint folder, varint n and n bytes name where flag 4 is set, that file's dev, ino, ctime, mtime and size, i64
//             each, where flag 8 is set, the entry as in a tree

import { ByteReader, ByteWriter } from '../format/bytes.ts'
import { readTreeEntry, writeTreeEntry } from '../format/tree-entry.ts'
import { nameMaxBytes } from '../model/limits.ts'
import type { FileToWrite } from './file-writer.ts'
import type { FolderPlace } from './folders.ts'
import type { Over } from './give-name.ts'
import type { Stamp } from './local-entry.ts'

const flags = { overNothing: 1, sameContent: 2, ownName: 4, overStamp: 8 } as const

export interface EncodedFiles {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly folders: readonly FolderPlace[]
}

/** A file, or several with the same bytes. */
export type FileGroup = readonly FileToWrite[]

export function encodeFiles(groups: readonly FileGroup[]): EncodedFiles {
  const to = new ByteWriter()
  const folders: FolderPlace[] = []
  const numbers = new Map<FolderPlace, number>()
  for (const group of groups) {
    for (const [index, file] of group.entries()) {
      const hasOwnName = !file.name.equals(file.entry.name)
      to.u8(flagOf(file.over) | (index > 0 ? flags.sameContent : 0) | (hasOwnName ? flags.ownName : 0))
      let folder = numbers.get(file.folder)
      if (folder === undefined) {
        folder = folders.push(file.folder) - 1
        numbers.set(file.folder, folder)
      }
      to.varint(folder)
      if (hasOwnName) to.sized(file.name)
      if (typeof file.over === 'object') writeStamp(to, file.over)
      writeTreeEntry(to, file.entry)
    }
  }
  return { bytes: Uint8Array.from(to.view()), folders }
}

export function decodeFiles(encoded: EncodedFiles): readonly FileGroup[] {
  const bytes = Buffer.from(encoded.bytes.buffer, encoded.bytes.byteOffset, encoded.bytes.length)
  const folders = encoded.folders.map(({ root, path }) => ({ root, path: Buffer.from(path) }))
  const from = new ByteReader(bytes, 'tree-damaged')
  const groups: FileToWrite[][] = []
  while (!from.isAtEnd) {
    const flag = from.u8()
    const folder = folders[from.varint()]!
    const ownName = flag & flags.ownName ? from.sized(nameMaxBytes, 'a name in bytes') : undefined
    const over = flag & flags.overStamp ? readStamp(from) : flag & flags.overNothing ? 'nothing' : 'anything'
    const entry = readTreeEntry(from)
    if (entry.type !== 'file' && entry.type !== 'hardlink') throw from.damage('an entry that is no file')
    const file = { folder, name: ownName ?? entry.name, entry, over } as const
    if (flag & flags.sameContent) groups.at(-1)!.push(file)
    else groups.push([file])
  }
  return groups
}

function flagOf(over: Over): number {
  if (over === 'anything') return 0
  return over === 'nothing' ? flags.overNothing : flags.overStamp
}

function writeStamp(to: ByteWriter, { dev, ino, ctimeNs, mtimeNs, size }: Stamp): void {
  for (const fact of [dev, ino, ctimeNs, mtimeNs, size]) to.i64(fact) // as node gives them: signed, whatever the system means
}

function readStamp(from: ByteReader): Stamp {
  return { dev: from.i64(), ino: from.i64(), ctimeNs: from.i64(), mtimeNs: from.i64(), size: from.i64() }
}
