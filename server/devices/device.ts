/** A device: one agent installation of a customer, and its place in the chain of versions that it sends. */
import type { SnapshotId } from '../../engine/index.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import type { Fingerprint } from './fingerprint.ts'

/** Starts every device's token, so that a leaked one is recognised. */
export const deviceTokenPrefix = 'hfd_'

/** `revoked`: without access; its versions stay. `forgotten`: without access; its versions leave by the bin, and then it goes. */
export const deviceStates = ['active', 'revoked', 'forgotten'] as const
export type DeviceState = (typeof deviceStates)[number]

/**
 * `agent`: a computer with our program. `inbox`: one per customer, for what people send by links; the box seals it itself, nobody connects
 * as it, it takes no place in the plan, and nobody misses it when it is quiet.
 */
export const deviceKinds = ['agent', 'inbox'] as const
export type DeviceKind = (typeof deviceKinds)[number]

export interface Device {
  readonly deviceId: Id<'dev'>
  readonly kind: DeviceKind
  /** Counted up without gaps; people read it as `D-000001`. */
  readonly number: number
  readonly customerId: Id<'cus'>
  readonly repositoryId: RepositoryId
  readonly subscriptionId: Id<'sub'>
  readonly name: string
  readonly state: DeviceState
  readonly fingerprint: Fingerprint
  readonly agentVersion: string
  /** Where it was last heard from. */
  readonly address: string
  readonly connectedAt: number
  readonly lastSeenAt: number
  /** Versions that are there, checkpoints not counted. */
  readonly versionsCount: number
  readonly firstVersionAt: number | undefined
  readonly newestVersion: Id<'snap'> | undefined
  readonly lastGoodVersion: Id<'snap'> | undefined
  /** What it has uploaded, as it takes space: sealed and padded. */
  readonly storedBytes: number
}

/** Files can be sent to it: it is a computer, and connected. */
export function takesFiles({ kind, state }: Pick<Device, 'kind' | 'state'>): boolean {
  return kind === 'agent' && state === 'active'
}

/** Where a device's chain stands, and which computer it is believed to run on. */
export interface DeviceChain {
  readonly deviceId: Id<'dev'>
  readonly headSeq: number
  readonly headSnapshot: SnapshotId | undefined
  /** What the cheap print (machine id, board uuid, network cards) was at connect. */
  readonly fingerprintPrint: string
  readonly instance: DeviceInstance
}

/** The value that the device must show at its next session; `previous` is good while the newest was never shown. */
export interface DeviceInstance {
  readonly newest: string
  readonly previous: string | undefined
  readonly isNewestShown: boolean
  /** The rows were made anew or came out of a dump: whatever the device shows first is taken. */
  readonly isAnyTaken?: boolean
}

export const maxDeviceNameCharacters = 200
const numberDigits = 6

export function formatDeviceNumber(number: number): string {
  return `D-${String(number).padStart(numberDigits, '0')}`
}

/** `D-000117`, `d-117` and `117` are the same device; undefined for anything else. */
export function findDeviceNumber(text: string): number | undefined {
  const digits = /^(?:d-)?(\d{1,15})$/i.exec(text.trim())?.[1]
  return digits === undefined ? undefined : Number(digits)
}
