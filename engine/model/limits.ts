// The numbers of repository format 1. Every decoder caps memory by them and never trusts a length it reads.

export const formatVersion = 1

const KiB = 1024
const MiB = 1024 * KiB

export const chunkMinBytes = 256 * KiB
export const chunkAverageBytes = 1 * MiB
export const chunkMaxBytes = 4 * MiB
/** FastCDC normalisation: mask bits added before the average size and taken away after it. */
export const chunkNormalisation = 2

/** A file may be one hole, and a hole's length is written twice over: 4 PiB. */
export const fileMaxBytes = 2 ** 52 - 1
/** Files up to this size live inside their tree entry. */
export const inlineMaxBytes = 512
/** More chunks than this in a file: the entry names a list instead. */
export const directChunksMax = 16

export const rawRecordMaxBytes = 8 * MiB
export const recordRefsMax = 65_536
export const packMaxBytes = 64 * MiB
export const packMaxRecords = 65_536
export const packTargetMinBytes = 4 * MiB
export const packTargetMaxBytes = 32 * MiB

export const treeSegmentTargetBytes = 64 * KiB
export const treeSegmentMinBytes = 8 * KiB
export const treeSegmentMaxBytes = 1 * MiB
/** Children of one index node of a cut directory. */
export const treeIndexTargetChildren = 512
export const treeIndexMaxChildren = 4_096
/** Index nodes above the leaves of one directory. */
export const treeIndexMaxLevels = 6
/** Folders below folders. */
export const treeMaxDepth = 1_024

export const listTargetItems = 1_024
export const listMinItems = 64
export const listMaxItems = 4_096
export const listMaxLevels = 6

/** Bytes of one name. Linux has 255; Windows 255 UTF-16 units are at most 765 bytes of WTF-8. */
export const nameMaxBytes = 1_024
export const linkTargetMaxBytes = 65_536
export const extensionsMax = 256
export const extensionKeyMaxBytes = 256
export const extensionValueMaxBytes = 65_536
/** Of one entry together, keys, values and their lengths. With it no entry is larger than a tree segment may be. */
export const extensionsMaxBytes = 512 * KiB
/** User and group numbers have 32 bits. */
export const ownerMax = 0xffff_ffff

export const snapshotPlaintextMaxBytes = 8 * MiB
export const snapshotEnvelopeMaxBytes = 512
export const snapshotFileMaxBytes = 10 * MiB
export const epochsMax = 10_000
