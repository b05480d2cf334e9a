/** A difference of two versions as pages show it. Pure. */
import { nameText } from '../../views/format/name-text.ts'
import type { ChangeProps } from '../../views/partials/change.ts'
import { historyPath } from '../http/page-paths.ts'
import type { Id } from '../runtime/ids.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { FolderChange } from './folder-changes.ts'

export function changeProps(
  change: FolderChange,
  of: { readonly deviceId: Id<'dev'>; readonly job: string; readonly folder: VersionPath },
): ChangeProps {
  const { deviceId, job, folder } = of
  return {
    kind: change.kind,
    name: change.path.map(nameText).join(' / '),
    isFolder: change.type === 'directory',
    sizeBefore: change.sizeBefore,
    sizeAfter: change.sizeAfter,
    isOnlyTime: change.isOnlyTime,
    path: historyPath({ deviceId, job, path: [...folder, ...change.path] }),
  }
}
