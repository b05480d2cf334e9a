import {
  type ApplianceLink,
  type BackupTarget,
  connectAppliance,
  openKeySlot,
  parseDeviceId,
  type RepositorySecrets,
  readKeySlotFile,
  readRepositoryFile,
} from '../../engine/index.ts'
import { type Program, userAgentOf } from '../command-line/program.ts'
import type { Configuration, DeviceEntry, ServerEntry } from '../config/configuration.ts'
import { readConfiguration } from '../config/configuration-file.ts'
import { AgentError } from '../errors/agent-error.ts'
import { machinePrint } from '../machine/machine-print.ts'
import { type Secrets, secretsFileAt } from '../state/secrets.ts'
import { type BoxApi, boxApi, type IntendedRun, type Policy } from './box-api.ts'
import { openBoxLink } from './box-link.ts'
import { pickUpKeys } from './pick-up-keys.ts'

/** This computer's box, opened with what connecting left behind. Nothing is sent by opening it. */
export interface ConnectedBox extends Disposable {
  readonly configuration: Configuration
  readonly server: ServerEntry
  readonly device: DeviceEntry
  readonly link: ApplianceLink
  readonly api: BoxApi
  /** What opens records: of the repository, by this device's key slot. */
  readonly secrets: RepositorySecrets
  /** Follows a change of keys on the box; before records are sealed or opened. */
  readonly pickUpKeys: () => Promise<void>
  /** Whether backups are taken now; tells the box what this computer is made of, where it asks. */
  readonly readPolicy: (intended?: IntendedRun) => Promise<Policy>
  readonly target: BackupTarget
}

/** @throws AgentError HF-AGENT-NOT-CONNECTED, HF-CONFIG-INVALID, HF-SECRETS-UNUSABLE */
export function openConnectedBox(
  program: Program,
  options: {
    readonly limitBytesPerSecond?: number | undefined
    /** What the next run is called. */
    readonly run?: (() => string | undefined) | undefined
    /** Records are read for this order. */
    readonly restore?: string | undefined
    /** Ends a run; the program's own end unless given. */
    readonly signal?: AbortSignal | undefined
  } = {},
): ConnectedBox {
  const { state, surroundings } = program
  const configuration = readConfiguration(state.configurationFile, surroundings.platform)
  const { server, device } = configuration
  if (!server || !device) throw new AgentError('HF-AGENT-NOT-CONNECTED', `${state.configurationFile} names no box.`)
  const secretsFile = secretsFileAt(state.secretsFile)
  const kept = secretsFile.read()
  if (kept.device !== device.id)
    throw new AgentError('HF-SECRETS-UNUSABLE', `${state.secretsFile} belongs to another device than the configuration names.`)
  const link = openBoxLink(server, { token: kept.token, userAgent: userAgentOf(program), now: surroundings.now })
  const api = boxApi(link, surroundings.now)
  let secrets = openRepositorySecrets(kept, state.secretsFile)
  return {
    configuration,
    server,
    device,
    link,
    api,
    get secrets() {
      return secrets
    },
    pickUpKeys: async () => {
      secrets = await pickUpKeys({ api, secretsFile, held: secrets, signal: surroundings.stop })
    },
    readPolicy: async (intended) => {
      const policy = await api.policy(options.signal ?? surroundings.stop, { print: machinePrint(), intended })
      if (policy.wantsFingerprint) await tellFingerprint(program, api, secretsFile.read().instance)
      return policy
    },
    target: connectAppliance({
      link,
      device: parseDeviceId(device.id),
      print: machinePrint(),
      instances: { newest: () => secretsFile.read().instance, store: (instance) => secretsFile.writeInstance(instance) },
      limitBytesPerSecond: options.limitBytesPerSecond,
      run: options.run,
      restore: options.restore,
      now: surroundings.now,
      signal: options.signal ?? surroundings.stop,
    }),
    [Symbol.dispose]: () => link.close(),
  }
}

/** For people at the box. A backup does not wait for its success. */
async function tellFingerprint({ version, log }: Program, api: BoxApi, instance: string): Promise<void> {
  const { takeFingerprint } = await import('../machine/fingerprint.ts')
  try {
    await api.tellFingerprint({ fingerprint: await takeFingerprint(), instance, agentVersion: version })
  } catch (error) {
    log.write('fingerprint not told', { why: (error as Error).message })
  }
}

/** The files of the repository that came at connect, and the key that opens one of them. */
function openRepositorySecrets(kept: Secrets, path: string): RepositorySecrets {
  const file = (value: object) => Buffer.from(JSON.stringify(value))
  try {
    const { uid } = readRepositoryFile(file(kept.repository))
    return openKeySlot(readKeySlotFile(file(kept.slot)), uid, Buffer.from(kept.slotKey, 'base64'))
  } catch (cause) {
    throw new AgentError('HF-SECRETS-UNUSABLE', `${path}: ${(cause as Error).message}.`, { cause })
  }
}
