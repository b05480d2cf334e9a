/** All computers of all customers in one table: what may be asked of it, and what it answers. For staff. */
import type { Id } from '../runtime/ids.ts'
import type { DeviceStanding, StandingKind } from '../standings/standing.ts'

/** What narrows the table. */
export interface FleetFilter {
  readonly kind: StandingKind | undefined
  /** Words of a person: a computer's name or number, its customer's, or its address. */
  readonly search: string
  readonly customerId: Id<'cus'> | undefined
  readonly planId: Id<'pln'> | undefined
}

export const fleetSorts = ['name', 'customer', 'state', 'good', 'next', 'stored'] as const
export type FleetSort = (typeof fleetSorts)[number]

export interface FleetOrder {
  readonly sort: FleetSort
  readonly isDescending: boolean
}

/** Worst first by state; otherwise as one reads. */
export const usualOrder: FleetOrder = { sort: 'state', isDescending: false }

export const everyComputer: FleetFilter = { kind: undefined, search: '', customerId: undefined, planId: undefined }

export interface FleetComputer {
  readonly deviceId: Id<'dev'>
  readonly number: number
  readonly name: string
  readonly customer: { readonly customerId: Id<'cus'>; readonly number: number; readonly name: string }
  readonly subscriptionId: Id<'sub'>
  readonly planName: string
  readonly kind: StandingKind
  readonly standing: DeviceStanding
  /** Of its jobs, the time of the one that is due first. */
  readonly nextAt: number | undefined
  readonly storedBytes: number
  readonly address: string
  readonly agentVersion: string
  readonly connectedAt: number
  readonly lastSeenAt: number
}

/** How many computers stand how. */
export interface FleetCounts {
  readonly all: number
  readonly of: Readonly<Record<StandingKind, number>>
  /** Backed up, those at work whose last backup was whole counted with them. */
  readonly safe: number
}

/** One of a reader's days of one computer: its best run. */
export interface FleetDay {
  readonly deviceId: Id<'dev'>
  readonly dayIndex: number
  readonly verdict: 'ok' | 'partial' | 'failed'
}

export const fleetPageSize = 50
export const sparkDays = 14
/** A person acts on no more at once. */
export const maxActedOn = 200
/** An export longer than this is no office's. */
export const maxExported = 50_000
export const maxSearchCharacters = 100
