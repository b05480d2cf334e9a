// Everything of an entry but its bytes: owner, extended attributes, mode, time, in the order in which none undoes another (a new owner
// clears set-id bits; a read-only mode refuses attributes). What cannot be set is said and costs the file nothing else.

import { chmodSync, chownSync, fchmodSync, fchownSync, lchownSync } from 'node:fs'
import type { TreeEntry } from '../format/tree-entry.ts'
import { isXattr, setModifiedTime, setModifiedTimeAt, writeXattr } from '../system/posix.ts'
import type { LocalPath } from './folders.ts'

export const attributeKinds = ['owner', 'mode', 'time', 'attribute'] as const
export type AttributeKind = (typeof attributeKinds)[number]

export interface NotSet {
  readonly what: AttributeKind
  readonly detail: string
}

const setIdBits = 0o6000

/** Of an open file or folder, or of a folder by its path. */
export function setAttributes(at: number | LocalPath, entry: TreeEntry): readonly NotSet[] {
  const notSet: NotSet[] = []
  const isOwned = setOwner(entry, notSet, (uid, gid) =>
    typeof at === 'number' ? fchownSync(at, uid, gid) : chownSync(at, uid, gid),
  )
  setXattrs(at, entry, notSet)
  // Set-id bits for whoever runs the restore instead of the owner would lend out the wrong rights.
  const mode = isOwned ? entry.mode : entry.mode & ~setIdBits
  attempt('mode', notSet, () => (typeof at === 'number' ? fchmodSync(at, mode) : chmodSync(at, mode)))
  attempt('time', notSet, () =>
    typeof at === 'number' ? setModifiedTime(at, entry.mtimeNs) : setModifiedTimeAt(at, entry.mtimeNs),
  )
  return notSet
}

/** Of a symlink itself, never of what it points to. */
export function setLinkAttributes(path: LocalPath, entry: TreeEntry): readonly NotSet[] {
  const notSet: NotSet[] = []
  setOwner(entry, notSet, (uid, gid) => lchownSync(path, uid, gid))
  setXattrs(path, entry, notSet)
  attempt('time', notSet, () => setModifiedTimeAt(path, entry.mtimeNs))
  return notSet
}

/** Whether the owner is the one of the version now. Only root can give files away. */
function setOwner(entry: TreeEntry, notSet: NotSet[], change: (uid: number, gid: number) => void): boolean {
  const self = ownIdentity()
  if (!self) return true
  const { uid, gid } = entry
  if (!self.isRoot && (uid !== self.uid || !self.groups.has(gid))) {
    notSet.push({ what: 'owner', detail: `only root can give a file to user ${uid}, group ${gid}` })
    return false
  }
  return attempt('owner', notSet, () => change(uid, gid))
}

function setXattrs(at: number | LocalPath, entry: TreeEntry, notSet: NotSet[]): void {
  for (const extension of entry.extensions) {
    if (!isXattr(extension)) continue
    attempt('attribute', notSet, () => writeXattr(at, extension), extension.key.toString('utf8'))
  }
}

function attempt(what: AttributeKind, notSet: NotSet[], set: () => void, name = ''): boolean {
  try {
    set()
    return true
  } catch (error) {
    notSet.push({ what, detail: name ? `${name}: ${(error as Error).message}` : (error as Error).message })
    return false
  }
}

interface Identity {
  readonly isRoot: boolean
  readonly uid: number
  readonly groups: ReadonlySet<number>
}

let identity: Identity | undefined

/** Undefined where files have no such owners. */
function ownIdentity(): Identity | undefined {
  if (!process.geteuid || !process.getegid || !process.getgroups) return undefined
  const uid = process.geteuid()
  identity ??= { isRoot: uid === 0, uid, groups: new Set([process.getegid(), ...process.getgroups()]) }
  return identity
}
