// The agent's memory of a job's last version: what each file looked like and where its content went. Disposable: without it the
// next run reads everything and sends nothing twice. Private to one version of the agent, so it is not part of format 1.
//
// <name>.head: JSON, replaced whole after each version: which version, of which repository, and the body that goes with it.
// <name>.<body>: tokens in walk order, then the ids of the version's tree nodes, then a foot:
//   u8 1 entry   u32 entry bytes · i64 mtime · i64 ctime · u64 inode · u64 size · encoded tree entry
//   u8 2 enter   u32 name bytes · name
//   u8 3 leave   u32 entry bytes · encoded tree entry of the folder
//   u8 4 end     tree node ids, 32 bytes each · u64 number of ids · 8 magic

import { clampToInt64 } from '../format/bytes.ts'

export const cacheVersion = 1
export const tokens = { entry: 1, enter: 2, leave: 3, end: 4 } as const
export const entryHeadBytes = 1 + 4 + 8 + 8 + 8 + 8
export const nameHeadBytes = 1 + 4
export const footBytes = 16
export const footMagic = Buffer.from('HFCACHE1', 'latin1')
/** A token longer than this is damage: the largest entry has a few hundred KiB of extensions. */
export const tokenMaxBytes = 32 * 1024 * 1024

export interface CacheHead {
  readonly version: number
  readonly repository: string
  readonly device: string
  readonly job: string
  /** Hex id of the version the target acknowledged. */
  readonly snapshot: string
  readonly seq: number
  readonly closureEpoch: number
  /** Sources and excludes as asked then; others mean a different walk, and the cache still helps. */
  readonly root: string
  /** File name of the body beside the head. */
  readonly body: string
  readonly files: number
  readonly bytes: number
}

/** What tells an unchanged file. */
export interface FilePrint {
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly inode: bigint
  readonly size: bigint
}

/** As the cache can hold it: times beyond the year 2262 at its end, inodes without the sign that Node gives them. */
export function filePrint(seen: FilePrint): FilePrint {
  return {
    mtimeNs: clampToInt64(seen.mtimeNs),
    ctimeNs: clampToInt64(seen.ctimeNs),
    inode: BigInt.asUintN(64, seen.inode),
    size: seen.size,
  }
}
