/** What pages say of a version's keeping, for whoever looks: words only for those who may read contents. */
import type { VersionKeepProps } from '../../views/partials/version-keep.ts'
import type { VersionWordsProps } from '../../views/partials/version-words.ts'
import type { Access } from '../http/access.ts'
import type { VersionKept } from '../retention/foresee.ts'
import { pinPath, unpinPath, type VersionBack } from '../retention/retention-paths.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { notePath } from './note-paths.ts'
import type { VersionNote } from './version-note.ts'

export function wordsProps(note: VersionNote | undefined): VersionWordsProps | undefined {
  return note && { name: note.name, note: note.note }
}

/** The form of a version's words; nothing for who may not write, and for what is not finished. */
export function notePathFor(access: Access, version: Snapshot, back: VersionBack): string | undefined {
  return access.may('versions:name', version.customerId) && !version.isCheckpoint ? notePath(version.id, back) : undefined
}

export function versionKeepProps(
  access: Access,
  version: Snapshot,
  known: { readonly note: VersionNote | undefined; readonly kept: VersionKept | undefined },
): VersionKeepProps {
  const isPinned = known.kept?.kind === 'for-good'
  const mayPin = access.may('versions:keep', version.customerId) && !version.isCheckpoint && known.kept?.kind !== 'in-bin'
  return {
    words: wordsProps(known.note),
    kept: known.kept,
    notePath: notePathFor(access, version, 'version'),
    pinPath: mayPin && !isPinned ? pinPath(version.id, 'version') : undefined,
    unpinPath: mayPin && isPinned ? unpinPath(version.id, 'version') : undefined,
  }
}
