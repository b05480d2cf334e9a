import {
  type DeviceId,
  deriveKeys,
  FormatError,
  goneSuffix,
  openRecord,
  parseSnapshotFileName,
  type RepositoryKeys,
  readSnapshotBody,
  readSnapshotFile,
  type SnapshotBody,
  StorageError,
} from '../../engine/index.ts'
import type { ListedVersion } from '../link/box-api.ts'
import { publicPrefix } from '../selection/wanted-version.ts'
import type { FoundRepository } from './find-repository.ts'

/** A version as its own file tells of it. */
export interface RescuedVersion extends ListedVersion {
  readonly device: DeviceId
  /** The name of the computer when the version was made. */
  readonly host: string
}

export interface RescuedVersions {
  /** Of all computers, newest first. */
  readonly versions: readonly RescuedVersion[]
  /** Snapshot files that are not what they were. */
  readonly damaged: readonly string[]
}

/** Each file is read once; what it holds beyond these facts is not kept. */
export async function listRescuedVersions({ storage, secrets }: FoundRepository): Promise<RescuedVersions> {
  const keys = deriveKeys(secrets)
  const names: string[] = []
  const gone = new Set<string>()
  for await (const { name } of storage.list('snapshots')) {
    if (name.endsWith(goneSuffix)) gone.add(name.slice(0, -goneSuffix.length))
    else if (parseSnapshotFileName(name)) names.push(name)
  }
  const versions: RescuedVersion[] = []
  const damaged: string[] = []
  for (const name of names.filter((one) => !gone.has(one))) {
    try {
      versions.push(readVersion(await storage.read(name), keys))
    } catch (error) {
      if (!(error instanceof FormatError) && !(error instanceof StorageError)) throw error
      damaged.push(name)
    }
  }
  versions.sort((one, other) => other.receivedAtMs - one.receivedAtMs || other.seq - one.seq)
  return { versions, damaged }
}

function readVersion(bytes: Buffer, keys: RepositoryKeys): RescuedVersion {
  const file = readSnapshotFile(bytes)
  const { device, seq, serverTimeMs } = file.envelope
  const body = bodyOf(file, keys)
  const { job, takenMs, verdict, isCheckpoint, counts, host } = body
  return {
    ...{ snapshotId: file.id, id: publicPrefix(file.id), seq, job, takenAtMs: takenMs, receivedAtMs: serverTimeMs },
    ...{ verdict, isCheckpoint, files: counts.files, bytes: counts.bytes, skipped: counts.skipped, device, host },
  }
}

export function bodyOf(file: ReturnType<typeof readSnapshotFile>, keys: RepositoryKeys): SnapshotBody {
  return readSnapshotBody(openRecord(file.record, keys, file.envelopeBytes).plaintext)
}
