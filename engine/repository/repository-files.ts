// The two JSON files of a repository: repository.json says what it is, keys/<slot-id>.json protect its secrets.

import { isDeepStrictEqual } from 'node:util'
import { type KeySlot, keySlotCommitmentBytes, keySlotKinds, keySlotSaltBytes, parseKeySlotId } from '../crypto/key-slot.ts'
import { FormatError } from '../model/errors.ts'
import { parseRepositoryUid, type RepositoryUid } from '../model/ids.ts'
import {
  chunkAverageBytes,
  chunkMaxBytes,
  chunkMinBytes,
  chunkNormalisation,
  directChunksMax,
  formatVersion,
  inlineMaxBytes,
  listMaxItems,
  packMaxBytes,
  packMaxRecords,
  rawRecordMaxBytes,
  treeSegmentMaxBytes,
  treeSegmentTargetBytes,
} from '../model/limits.ts'

export const repositoryFileName = 'repository.json'
export const keySlotFileName = (slotId: string) => `keys/${slotId}.json`
/** JSON files larger than this are not read. */
export const repositoryFileMaxBytes = 1024 * 1024

export interface RepositoryDescription {
  readonly uid: RepositoryUid
  readonly createdMs: number
}

const numbers = {
  chunkMinBytes,
  chunkAverageBytes,
  chunkMaxBytes,
  chunkNormalisation,
  inlineMaxBytes,
  directChunksMax,
  listMaxItems,
  treeSegmentTargetBytes,
  treeSegmentMaxBytes,
  rawRecordMaxBytes,
  packMaxBytes,
  packMaxRecords,
} as const

export function encodeRepositoryFile(repository: RepositoryDescription): Buffer {
  const file = { format: formatVersion, uid: repository.uid.toString('hex'), createdMs: repository.createdMs, numbers }
  return Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`)
}

/** @throws FormatError `unsupported-version`, `wrong-repository` */
export function readRepositoryFile(bytes: Buffer): RepositoryDescription {
  const json = parseJson(bytes, 'wrong-repository', repositoryFileName)
  if (json.format !== formatVersion)
    throw new FormatError(
      'unsupported-version',
      `a repository of format ${String(json.format)}; this program reads ${formatVersion}`,
    )
  if (!isDeepStrictEqual(json.numbers, numbers))
    throw new FormatError('unsupported-version', 'a repository with other numbers than format 1 has')
  if (typeof json.createdMs !== 'number' || !Number.isSafeInteger(json.createdMs))
    throw new FormatError('wrong-repository', 'repository.json lacks the time it was made')
  return { uid: parseUid(json.uid), createdMs: json.createdMs }
}

function parseUid(value: unknown): RepositoryUid {
  try {
    return parseRepositoryUid(String(value))
  } catch (cause) {
    throw new FormatError('wrong-repository', 'repository.json lacks its uid', { cause })
  }
}

export function encodeKeySlotFile(slot: KeySlot): Buffer {
  const file = {
    format: formatVersion,
    id: slot.id,
    kind: slot.kind,
    salt: slot.salt.toString('base64'),
    commitment: slot.commitment.toString('base64'),
    sealed: slot.sealed.toString('base64'),
  }
  return Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`)
}

/** @throws FormatError `unsupported-version`, `key-slot-damaged` */
export function readKeySlotFile(bytes: Buffer): KeySlot {
  const json = parseJson(bytes, 'key-slot-damaged', 'a key slot')
  if (json.format !== formatVersion) throw new FormatError('unsupported-version', `a key slot of format ${String(json.format)}`)
  const kind = keySlotKinds.find((known) => known === json.kind)
  if (!kind || typeof json.id !== 'string') throw new FormatError('key-slot-damaged', 'a key slot of an unknown kind')
  const field = (name: string, length?: number) => {
    const value = json[name]
    const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64')
    // Node skips what is not base64: only the spelling it would write itself is taken
    if (bytes.length === 0 || bytes.toString('base64') !== value || (length !== undefined && bytes.length !== length))
      throw new FormatError('key-slot-damaged', `a key slot has no whole "${name}"`)
    return bytes
  }
  const salt = field('salt', keySlotSaltBytes)
  const commitment = field('commitment', keySlotCommitmentBytes)
  return { id: parseKeySlotId(json.id), kind, salt, commitment, sealed: field('sealed') }
}

function parseJson(bytes: Buffer, fault: 'wrong-repository' | 'key-slot-damaged', name: string): Record<string, unknown> {
  if (bytes.length > repositoryFileMaxBytes) throw new FormatError('limit-exceeded', `${name} has ${bytes.length} bytes`)
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (cause) {
    throw new FormatError(fault, `${name} is not JSON`, { cause })
  }
  throw new FormatError(fault, `${name} is not a JSON object`)
}
