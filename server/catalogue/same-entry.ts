import type { ContentItem, FileContent, TreeEntry } from '../../engine/index.ts'

/** Whether the catalogue tells two entries of one path apart: what a person would call another version of the file. Pure. */
export function isSameEntry(one: TreeEntry, other: TreeEntry): boolean {
  if (one.mtimeNs !== other.mtimeNs) return false
  switch (one.type) {
    case 'file':
    case 'hardlink':
      return one.type === other.type && one.size === other.size && isSameContent(one.content, other.content)
    case 'directory':
      // What lies in it has rows of its own.
      return other.type === 'directory'
    case 'symlink':
      return other.type === 'symlink' && one.target.equals(other.target)
    case 'special':
      return other.type === 'special' && one.special === other.special && one.deviceNumber === other.deviceNumber
    default:
      return one satisfies never
  }
}

function isSameContent(one: FileContent, other: FileContent): boolean {
  switch (one.kind) {
    case 'empty':
      return other.kind === 'empty'
    case 'inline':
      return other.kind === 'inline' && one.bytes.equals(other.bytes)
    case 'list':
      return other.kind === 'list' && one.id.equals(other.id)
    case 'chunks':
      return other.kind === 'chunks' && hasSameItems(one.items, other.items)
    default:
      return one satisfies never
  }
}

function hasSameItems(items: readonly ContentItem[], others: readonly ContentItem[]): boolean {
  return items.length === others.length && items.every((item, index) => isSameItem(item, others[index]!))
}

function isSameItem(one: ContentItem, other: ContentItem): boolean {
  if (one.kind === 'hole' || other.kind === 'hole') return one.kind === other.kind && one.length === other.length
  return one.id.equals(other.id)
}
