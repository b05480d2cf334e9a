import { hostname, release } from 'node:os'
import { cardAddresses, machineId, machinePrint } from './machine-print.ts'

/*
 * What the box is told about this computer when it connects, so that people recognise theirs: board, disks, network cards, system.
 * Asking takes a second or two and starts programs of the system, so it happens only then, and no longer than the limit.
 */

export interface Fingerprint {
  /** Shown again at every session. */
  readonly print: string
  readonly machineId?: string
  readonly system: Machine & { readonly uuid?: string }
  readonly board: Machine
  readonly macs: readonly string[]
  readonly diskSerials: readonly string[]
  readonly os: {
    readonly platform?: string
    readonly distro?: string
    readonly release?: string
    readonly arch?: string
    readonly hostname?: string
  }
}

interface Machine {
  readonly manufacturer?: string
  readonly model?: string
  readonly serial?: string
}

const answerWithinMs = 5_000
const listedMax = 64
const charactersMax = 200

/** Whatever is not known in time, or not told, is absent. */
export async function takeFingerprint(): Promise<Fingerprint> {
  const { baseboard, diskLayout, osInfo, system } = await import('systeminformation')
  const [machine, board, disks, os] = await Promise.all([
    inTime(system()),
    inTime(baseboard()),
    inTime(diskLayout()),
    inTime(osInfo()),
  ])
  const id = machineId() ?? known(os?.serial)
  return {
    print: machinePrint(),
    ...(id === undefined ? {} : { machineId: id }),
    system: facts({ manufacturer: machine?.manufacturer, model: machine?.model, serial: machine?.serial, uuid: machine?.uuid }),
    board: facts({ manufacturer: board?.manufacturer, model: board?.model, serial: board?.serial }),
    macs: cardAddresses().slice(0, listedMax),
    diskSerials: listOf(disks?.map((disk) => disk.serialNum) ?? []),
    os: facts({
      platform: process.platform,
      distro: os?.distro,
      release: known(os?.release) ?? release(),
      arch: process.arch,
      hostname: hostname(),
    }),
  }
}

async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), answerWithinMs)
  try {
    return await Promise.race([answer, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

/** Boards that were never given a serial number say so in many ways. */
const placeholder =
  /^(?:|-|0+|none|unknown|default string|to be filled.*|not specified|system (?:serial number|manufacturer|product name))$/i

function known(text: string | undefined): string | undefined {
  const trimmed = text?.trim().slice(0, charactersMax)
  return trimmed === undefined || placeholder.test(trimmed) ? undefined : trimmed
}

function facts<Name extends string>(values: Readonly<Record<Name, string | undefined>>): { readonly [K in Name]?: string } {
  const entries = Object.entries<string | undefined>(values).map(([name, value]) => [name, known(value)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as { readonly [K in Name]?: string }
}

function listOf(values: readonly string[]): readonly string[] {
  return [...new Set(values.map(known).filter((value) => value !== undefined))].slice(0, listedMax)
}
