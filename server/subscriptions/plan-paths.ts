import type { Id } from '../runtime/ids.ts'

export const planPath = '/account/plan'
export const planChangePath = (id: Id<'sub'>) => `${planPath}/${id}/change`
export const planSwitchPath = (id: Id<'sub'>) => `${planPath}/${id}/switch`
export const planGoingPath = (id: Id<'sub'>) => `${planPath}/${id}/going.csv`
export const planUndoPath = (id: Id<'sub'>) => `${planPath}/${id}/undo`
export const subscriptionsPath = (customerId: Id<'cus'>) => `/customers/${customerId}/subscriptions`
export const subscriptionPath = (customerId: Id<'cus'>, id: Id<'sub'>) => `${subscriptionsPath(customerId)}/${id}`
export const plansPath = '/plans'
export const planPagePath = (id: Id<'pln'>) => `${plansPath}/${id}`
export const planEditPath = (id: Id<'pln'>, editId: Id<'ple'>) => `${planPagePath(id)}/edits/${editId}`
