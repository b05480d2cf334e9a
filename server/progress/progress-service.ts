import type { DeviceIdentity } from '../http/principal.ts'
import type { RunKey } from '../runs/run.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import {
  believedForMs,
  maxRunningBackups,
  maxWatchers,
  maxWatchersOfCustomer,
  type ProgressTold,
  type RunningBackup,
} from './progress.ts'

export interface ProgressService {
  /** A ticket for signs of progress: whoever holds it needs no other proof. Undefined where too many backups run. */
  readonly open: (
    device: DeviceIdentity,
    run: { readonly key: RunKey; readonly job: string; readonly restore?: Id<'rst'> | undefined },
  ) => string | undefined
  /** Undefined: the ticket is not known (any more), and a new one is needed. */
  readonly tell: (ticket: string, told: ProgressTold) => { readonly isCancelled: boolean } | undefined
  readonly end: (ticket: string) => void
  /** Whatever backup a computer runs has ended. */
  readonly endOf: (deviceId: Id<'dev'>) => void
  readonly askToStop: (deviceId: Id<'dev'>) => void
  readonly askToStopRestore: (deviceId: Id<'dev'>, restoreId: Id<'rst'>) => void
  readonly findRestore: (deviceId: Id<'dev'>, restoreId: Id<'rst'>) => RunningBackup | undefined
  readonly list: (customerId: Id<'cus'>) => readonly RunningBackup[]
  readonly find: (deviceId: Id<'dev'>) => RunningBackup | undefined
  /** Calls at each change of an account's backups until it is stopped; undefined where too many watch. `onClose`: the box closes. */
  readonly watch: (
    customerId: Id<'cus'>,
    watcher: { readonly onChange: () => void; readonly onClose: () => void },
  ) => { readonly stop: () => void } | undefined
  readonly close: () => void
}

const ticketBytes = 20

interface Entry {
  readonly ticket: string
  backup: RunningBackup
}

export function createProgressService(options: { readonly clock: Clock; readonly randomness: Randomness }): ProgressService {
  const { clock, randomness } = options
  const byTicket = new Map<string, Entry>()
  /** A backup and a restore of one computer run side by side. */
  const byDevice = new Map<Id<'dev'>, Entry>()
  const restoreByDevice = new Map<Id<'dev'>, Entry>()
  const placeOf = ({ backup }: Entry) => (backup.restore === undefined ? byDevice : restoreByDevice)
  const watchers = new Map<Id<'cus'>, Set<{ readonly onChange: () => void; readonly onClose: () => void }>>()
  let watching = 0
  let isClosed = false

  const changed = (customerId: Id<'cus'>) => {
    for (const { onChange } of watchers.get(customerId) ?? []) onChange()
  }
  const drop = (entry: Entry | undefined) => {
    if (entry === undefined) return
    byTicket.delete(entry.ticket)
    const place = placeOf(entry)
    if (place.get(entry.backup.deviceId) === entry) place.delete(entry.backup.deviceId)
    changed(entry.backup.customerId)
  }
  const isBelieved = ({ backup }: Entry) => clock.now() - backup.heardAt < believedForMs
  /** Oldest first, as maps keep their order; those that fell silent make room. */
  const makeRoom = () => {
    if (byTicket.size < maxRunningBackups) return true
    for (const entry of [...byTicket.values()]) if (!isBelieved(entry)) drop(entry)
    return byTicket.size < maxRunningBackups
  }

  return {
    open: ({ deviceId, customerId, name }, { key, job, restore }) => {
      drop((restore === undefined ? byDevice : restoreByDevice).get(deviceId))
      if (!makeRoom()) return undefined
      const nowMs = clock.now()
      const nothing = { filesDone: 0, filesTotal: undefined, bytesDone: 0, bytesTotal: undefined, bytesPerSecond: 0 }
      const whose = { deviceId, customerId, computer: name, run: key, job }
      const entry: Entry = {
        ticket: randomness.bytes(ticketBytes).toString('hex'),
        backup: { ...whose, ...nothing, restore, phase: 'scanning', startedAt: nowMs, heardAt: nowMs, isStopping: false },
      }
      byTicket.set(entry.ticket, entry)
      placeOf(entry).set(deviceId, entry)
      changed(customerId)
      return entry.ticket
    },
    tell: (ticket, told) => {
      const entry = byTicket.get(ticket)
      if (entry === undefined) return undefined
      entry.backup = { ...entry.backup, ...told, heardAt: clock.now() }
      changed(entry.backup.customerId)
      return { isCancelled: entry.backup.isStopping }
    },
    end: (ticket) => drop(byTicket.get(ticket)),
    endOf: (deviceId) => drop(byDevice.get(deviceId)),
    askToStop: (deviceId) => {
      const entry = byDevice.get(deviceId)
      if (entry === undefined) return
      entry.backup = { ...entry.backup, isStopping: true }
      changed(entry.backup.customerId)
    },
    askToStopRestore: (deviceId, restoreId) => {
      const entry = restoreByDevice.get(deviceId)
      if (entry?.backup.restore !== restoreId) return
      entry.backup = { ...entry.backup, isStopping: true }
      changed(entry.backup.customerId)
    },
    findRestore: (deviceId, restoreId) => {
      const entry = restoreByDevice.get(deviceId)
      return entry?.backup.restore === restoreId && isBelieved(entry) ? entry.backup : undefined
    },
    list: (customerId) =>
      [...byDevice.values(), ...restoreByDevice.values()]
        .filter((entry) => entry.backup.customerId === customerId && isBelieved(entry))
        .map(({ backup }) => backup),
    find: (deviceId) => {
      const entry = byDevice.get(deviceId)
      return entry !== undefined && isBelieved(entry) ? entry.backup : undefined
    },
    watch: (customerId, watcher) => {
      const ofCustomer = watchers.get(customerId) ?? new Set()
      if (isClosed || watching >= maxWatchers || ofCustomer.size >= maxWatchersOfCustomer) return undefined
      ofCustomer.add(watcher)
      watchers.set(customerId, ofCustomer)
      watching += 1
      return {
        stop: () => {
          if (!ofCustomer.delete(watcher)) return
          watching -= 1
          if (ofCustomer.size === 0) watchers.delete(customerId)
        },
      }
    },
    close: () => {
      isClosed = true
      for (const { onClose } of [...watchers.values()].flatMap((ofCustomer) => [...ofCustomer])) onClose()
    },
  }
}
