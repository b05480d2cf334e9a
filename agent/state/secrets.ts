import { AgentError } from '../errors/agent-error.ts'
import { readSmallFile } from './read-small-file.ts'
import { replaceFileSync } from './replace-file.ts'
import { stateError } from './state-folder.ts'

/*
 * What opens the box for this computer: never in the configuration, never in a log. The file is its owner's alone, and the instance
 * value of each commit is durable in it before a success is reported, for it is how the box tells this computer from a copy of it.
 */

export interface Secrets {
  /** Whose they are: an interrupted connect must not leave one device's secrets with another's name. */
  readonly device: string
  /** Bearer token of this device. */
  readonly token: string
  /** Base64 of the key that opens `slot`. */
  readonly slotKey: string
  /** The device's key slot, and the repository's description, as the files in the repository hold them. */
  readonly slot: object
  readonly repository: object
  /** The box's latest proof that this is the one installation with this identity. */
  readonly instance: string
}

export interface SecretsFile {
  /** @throws AgentError HF-SECRETS-UNUSABLE */
  read(): Secrets
  /** Durable when it returns. */
  write(secrets: Secrets): void
  /** Stores the instance value of a commit, read anew so that nothing else is lost. Durable when it returns. */
  writeInstance(instance: string): void
}

const secretsVersion = 1
const secretsMaxBytes = 1024 * 1024
const ownerOnly = 0o600

export function secretsFileAt(path: string): SecretsFile {
  const file: SecretsFile = {
    read() {
      const bytes = readOrFail(path)
      if (!bytes) throw new AgentError('HF-SECRETS-UNUSABLE', `${path} is missing, though the configuration names a box.`)
      return parse(bytes, path)
    },
    write(secrets) {
      const text = `${JSON.stringify({ version: secretsVersion, ...secrets }, undefined, 2)}\n`
      try {
        replaceFileSync(path, text, { mode: ownerOnly })
      } catch (cause) {
        throw stateError(path, cause)
      }
    },
    writeInstance(instance) {
      file.write({ ...file.read(), instance })
    },
  }
  return file
}

function readOrFail(path: string): Buffer | undefined {
  try {
    return readSmallFile(path, secretsMaxBytes)
  } catch (cause) {
    throw new AgentError('HF-SECRETS-UNUSABLE', `${path}: ${(cause as Error).message}`, { cause })
  }
}

function parse(bytes: Buffer, path: string): Secrets {
  const damaged = (what: string) => new AgentError('HF-SECRETS-UNUSABLE', `${path} ${what}.`)
  let json: Record<string, unknown>
  try {
    json = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
  } catch {
    throw damaged('is not JSON') // without the cause: JSON's errors quote the text
  }
  if (json?.version !== secretsVersion) throw damaged('is of another version of this program')
  const text = (name: string) => {
    const value = json[name]
    if (typeof value !== 'string' || value === '') throw damaged(`lacks "${name}"`)
    return value
  }
  const object = (name: string) => {
    const value = json[name]
    if (typeof value !== 'object' || value === null) throw damaged(`lacks "${name}"`)
    return value
  }
  return {
    device: text('device'),
    token: text('token'),
    slotKey: text('slotKey'),
    slot: object('slot'),
    repository: object('repository'),
    instance: text('instance'),
  }
}
