import { AgentError } from '../errors/agent-error.ts'
import type { Words } from '../output/words.ts'
import type { RescuedVersion } from './rescued-versions.ts'

export interface RescuedDevice {
  readonly device: string
  /** As in its newest version. */
  readonly host: string
  readonly versions: number
  readonly newestAtMs: number
}

/** Who has versions here, by their newest one. `versions` are newest first. */
export function devicesOf(versions: readonly RescuedVersion[]): readonly RescuedDevice[] {
  const devices = new Map<string, RescuedDevice>()
  for (const { device, host, takenAtMs } of versions) {
    const known = devices.get(device)
    devices.set(device, known ? { ...known, versions: known.versions + 1 } : { device, host, versions: 1, newestAtMs: takenAtMs })
  }
  return [...devices.values()]
}

/**
 * The versions of the one computer that is meant, or of all where it does not matter.
 * @throws AgentError HF-DEVICE-NEEDED, HF-NO-VERSION
 */
export function versionsOfDevice(
  versions: readonly RescuedVersion[],
  given: { readonly device: string | undefined; readonly needsOne: boolean; readonly words: Words },
): readonly RescuedVersion[] {
  const { device: wanted, needsOne, words } = given
  const devices = devicesOf(versions)
  if (wanted === undefined) {
    if (needsOne && devices.length > 1) throw deviceNeeded(devices, words, 'Versions of several computers are here')
    return versions
  }
  const meant = devices.filter(({ device, host }) => device === wanted || host.toLowerCase() === wanted.toLowerCase())
  if (meant.length === 0)
    throw new AgentError('HF-NO-VERSION', `No computer of this folder is "${wanted}".`, { hint: listOf(devices, words) })
  if (meant.length > 1) throw deviceNeeded(meant, words, `Several computers were called "${wanted}"`)
  return versions.filter(({ device }) => device === meant[0]!.device)
}

function deviceNeeded(devices: readonly RescuedDevice[], words: Words, says: string): AgentError {
  return new AgentError('HF-DEVICE-NEEDED', `${says}: ${listOf(devices, words)}`, { members: { devices } })
}

const namedMax = 20

function listOf(devices: readonly RescuedDevice[], words: Words): string {
  const named = devices
    .slice(0, namedMax)
    .map(({ device, host, newestAtMs }) => `${host} (${device}, newest version ${words.moment(newestAtMs)})`)
  const more = devices.length - named.length
  return `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`
}
