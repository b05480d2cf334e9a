export const recordTypes = { data: 1, list: 2, tree: 3, snapshot: 4, note: 5, box: 6 } as const
export type RecordType = (typeof recordTypes)[keyof typeof recordTypes]

export const codecs = { none: 0, zstd: 1 } as const
export type Codec = (typeof codecs)[keyof typeof codecs]
