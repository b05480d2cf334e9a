import type { Compression } from '../../engine/index.ts'

/** What the agent shall do, as it stands in `holdfast-agent.xml`. */
export interface Configuration {
  readonly server: ServerEntry | undefined
  readonly device: DeviceEntry | undefined
  readonly options: OptionsEntry
  readonly jobs: readonly Job[]
}

export interface ServerEntry {
  /** `https://box.example:8443`, nothing behind. */
  readonly url: string
  /** Base64 SPKI SHA-256; none: plain http on loopback, or a publicly trusted certificate. */
  readonly pins: readonly string[]
}

/** Who this computer is at its box. */
export interface DeviceEntry {
  readonly id: string
  /** For people: `D-000003`. */
  readonly number: string
  readonly name: string
  readonly customer: string
  readonly customerNumber: string
}

export interface OptionsEntry {
  readonly compression: Compression
  readonly limitBytesPerSecond: number | undefined
}

export interface Job {
  readonly name: string
  readonly sources: readonly Buffer[]
  readonly excludes: readonly string[]
  /** In the one spelling of schedule.ts. */
  readonly schedules: readonly string[]
  /** In the one spelling of keep-rules.ts. */
  readonly keep: string | undefined
  /** Its schedules rest; by hand it runs. */
  readonly isPaused: boolean
}

export const emptyConfiguration: Configuration = {
  server: undefined,
  device: undefined,
  options: { compression: 'default', limitBytesPerSecond: undefined },
  jobs: [],
}

export function emptyJob(name: string): Job {
  return { name, sources: [], excludes: [], schedules: [], keep: undefined, isPaused: false }
}
