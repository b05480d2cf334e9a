// What every contestant can do. Each step is one whole process, started and ended, as a user would run it.

import type { Measured } from '../measure.ts'

/** What the server side used during a step. */
export interface ServerUsage {
  readonly cpuS: number
  readonly peakMiB: number
  /** A database of its own, where it has one; its memory is not counted. */
  readonly databaseCpuS: number
}

export interface Step extends Measured {
  readonly server: ServerUsage
}

export interface Peer {
  readonly name: string
  readonly version: string
  backUp(folder: string): Promise<Step>
  restore(folder: string, to: string): Promise<Step>
  restoreFile(file: string, to: string): Promise<Step>
  /** Absent where the store is not whole by design. */
  readonly check?: () => Promise<Step>
  storedBytes(): number
  close(): Promise<void>
}

export interface PeerPlace {
  /** A fresh folder of its own. */
  readonly folder: string
  /** A file for the measurements. */
  readonly report: string
}

export const noServer: ServerUsage = { cpuS: 0, peakMiB: 0, databaseCpuS: 0 }
