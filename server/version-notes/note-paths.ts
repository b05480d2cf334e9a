import { browsePath } from '../http/page-paths.ts'
import { keptPath } from '../retention/retention-paths.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'

/** Where somebody was who wants to write about a version, and is again afterwards. */
export const noteBacks = ['version', 'kept'] as const
export type NoteBack = (typeof noteBacks)[number]

export const notePath = (id: Id<'snap'>, back: NoteBack = 'version') =>
  `/versions/${id}/note${back === 'version' ? '' : `?back=${back}`}`

export function backPath({ id, deviceId }: Pick<Snapshot, 'id' | 'deviceId'>, back: NoteBack): string {
  return back === 'kept' ? keptPath(deviceId) : browsePath(id)
}
