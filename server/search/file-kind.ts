/** What kind of file a name tells of, by its ending, as people do. Pure. */

export const fileKinds = [
  'picture',
  'document',
  'spreadsheet',
  'presentation',
  'pdf',
  'archive',
  'video',
  'music',
  'mail',
] as const
export type FileKind = (typeof fileKinds)[number]

const endings: Readonly<Record<FileKind, string>> = {
  picture: 'jpg jpeg jpe png gif webp heic heif avif bmp tif tiff svg psd ai raw cr2 cr3 nef arw dng orf rw2 ico',
  document: 'doc docx docm dot dotx odt ott rtf txt md tex pages wpd wps',
  spreadsheet: 'xls xlsx xlsm xlsb xlt xltx ods ots csv tsv numbers',
  presentation: 'ppt pptx pptm pps ppsx odp key',
  pdf: 'pdf',
  archive: 'zip 7z rar tar gz tgz bz2 tbz2 xz txz zst lz4 cab iso dmg',
  video: 'mp4 m4v mov mkv avi webm wmv mpg mpeg mts m2ts 3gp flv vob',
  music: 'mp3 flac wav m4a aac ogg opus wma aif aiff mid midi',
  mail: 'eml msg pst ost mbox',
}

/** Numbers as the index keeps them: 0 is none of these. */
const numberByEnding = new Map(
  fileKinds.flatMap((kind, index) => endings[kind].split(' ').map((ending) => [ending, index + 1] as const)),
)

const maxEndingBytes = 8
const dot = 0x2e

export function kindNumber(kind: FileKind): number {
  return fileKinds.indexOf(kind) + 1
}

/** Of a folded name, from `start` to `end`. A name that begins with its only dot has no ending. */
export function kindOfName(names: Buffer, start: number, end: number): number {
  // No farther back than an ending is long: before the name lie those of all other files.
  const first = Math.max(start + 1, end - 1 - maxEndingBytes)
  for (let at = end - 1; at >= first; at -= 1)
    if (names[at] === dot) return numberByEnding.get(names.toString('latin1', at + 1, end)) ?? 0
  return 0
}
