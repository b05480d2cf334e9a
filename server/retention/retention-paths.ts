import type { Id } from '../runtime/ids.ts'

export const keptPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}/kept`
export const binPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}/bin`
export const rulesPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}/rules`
export const pinPath = (id: Id<'snap'>) => `/versions/${id}/pin`
export const unpinPath = (id: Id<'snap'>) => `/versions/${id}/unpin`
export const deletePath = (id: Id<'snap'>) => `/versions/${id}/delete`
export const takeBackPath = (id: Id<'snap'>) => `/versions/${id}/take-back`
