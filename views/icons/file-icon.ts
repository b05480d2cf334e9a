import type { IconName } from './icon.ts'

/** By the end of the name, as people do. It decorates; nothing is decided by it. */
const endings: readonly (readonly [IconName, readonly string[]])[] = [
  ['file-text', ['txt', 'md', 'pdf', 'doc', 'docx', 'odt', 'rtf', 'log', 'eml', 'msg']],
  ['file-spreadsheet', ['xls', 'xlsx', 'ods', 'csv', 'tsv']],
  ['file-image', ['jpg', 'jpeg', 'png', 'gif', 'webp', 'heic', 'tif', 'tiff', 'bmp', 'svg', 'raw', 'psd']],
  ['file-music', ['mp3', 'flac', 'wav', 'm4a', 'ogg', 'opus']],
  ['file-video-camera', ['mp4', 'mov', 'mkv', 'avi', 'webm', 'm4v']],
  ['file-archive', ['zip', '7z', 'rar', 'tar', 'gz', 'xz', 'zst', 'bz2']],
]

const iconByEnding = new Map(endings.flatMap(([icon, names]) => names.map((name) => [name, icon] as const)))

export function fileIcon(name: string): IconName {
  const dot = name.lastIndexOf('.')
  return (dot > 0 ? iconByEnding.get(name.slice(dot + 1).toLowerCase()) : undefined) ?? 'file'
}
