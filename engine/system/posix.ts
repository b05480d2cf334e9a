// What a backup needs of the system beyond node:fs: holes, extended attributes, exact times, renames that never replace, pipes.
// All calls are synchronous: they run in worker threads. Each says what happens where the system lacks the call.

export { dataRegions, type Region } from './data-regions.ts'
export { hasExactTimes, setModifiedTime, setModifiedTimeAt } from './file-times.ts'
export { makeFifo, renameIfAbsent } from './new-names.ts'
export { isXattr, readXattrs, writeXattr, xattrKeyPrefix } from './xattrs.ts'
