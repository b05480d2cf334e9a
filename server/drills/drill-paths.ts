import type { Id } from '../runtime/ids.ts'

export const drillsPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}/drills`
export const drillPath = (drillId: Id<'drl'>) => `/drills/${drillId}`
export const cancelDrillPath = (drillId: Id<'drl'>) => `/drills/${drillId}/cancel`
