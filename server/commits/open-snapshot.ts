import {
  deriveKeys,
  FormatError,
  openRecord,
  type RepositorySecrets,
  readSnapshotBody,
  readSnapshotFile,
  type SnapshotFile,
} from '../../engine/index.ts'
import { CommitError, type OpenedSnapshot } from './commit.ts'

/** The plain part of a snapshot file, checked without keys. Throws CommitError `invalid`. */
export function parseSnapshot(bytes: Buffer): SnapshotFile {
  return asInvalid(() => readSnapshotFile(bytes))
}

/** Opens what is sealed in it. Throws CommitError `invalid`. */
export function openSnapshot(file: SnapshotFile, bytes: Buffer, secrets: RepositorySecrets): OpenedSnapshot {
  return asInvalid(() => {
    const { plaintext } = openRecord(file.record, deriveKeys(secrets), file.envelopeBytes)
    return { bytes, file, body: readSnapshotBody(plaintext) }
  })
}

function asInvalid<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new CommitError('invalid', `The version's record cannot be taken: ${error.message}.`, { cause: error })
  }
}
