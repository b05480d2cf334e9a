import { isSameContent, type TreeEntry } from '../../engine/index.ts'

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
