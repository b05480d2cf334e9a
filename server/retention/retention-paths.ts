import { browsePath } from '../http/page-paths.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'

/** Where somebody was who does something with a version, and is again afterwards: its page, or the list of kept versions. */
export const versionBacks = ['version', 'kept'] as const
export type VersionBack = (typeof versionBacks)[number]

export const keptPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}/kept`
export const binPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}/bin`
export const rulesPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}/rules`
export const pinPath = (id: Id<'snap'>, back: VersionBack) => `/versions/${id}/pin?back=${back}`
export const unpinPath = (id: Id<'snap'>, back: VersionBack) => `/versions/${id}/unpin?back=${back}`
export const deletePath = (id: Id<'snap'>) => `/versions/${id}/delete`
export const takeBackPath = (id: Id<'snap'>) => `/versions/${id}/take-back`

export function backPath({ id, deviceId }: Pick<Snapshot, 'id' | 'deviceId'>, back: VersionBack): string {
  return back === 'kept' ? keptPath(deviceId) : browsePath(id)
}
