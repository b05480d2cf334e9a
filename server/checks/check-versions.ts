/** The files of versions against their rows, and what lies beside them. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  deriveKeys,
  FormatError,
  openRecord,
  parseDeviceId,
  parseSnapshotFileName,
  type RepositoryKeys,
  type RepositorySecrets,
  readSnapshotBody,
  readSnapshotFile,
} from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { findSnapshotByFile, listSnapshotsOfRepository } from '../snapshots/snapshots-table.ts'
import { whyNot } from './check-keys.ts'
import type { Findings } from './findings.ts'

export interface CheckVersions {
  readonly db: Queryable
  readonly repository: Repository
  readonly place: RepositoryPlace
  readonly findings: Findings
}

const versionsPerPage = 500
const filesAtOnce = 16

/** All versions that have a row now. What comes later is not this check's. */
export async function listVersions({ db, repository }: CheckVersions): Promise<readonly Snapshot[]> {
  const versions: Snapshot[] = []
  for (;;) {
    const after = versions.at(-1)?.id ?? ''
    const page = await listSnapshotsOfRepository(db, { repositoryId: repository.repositoryId, after, limit: versionsPerPage })
    versions.push(...page)
    if (page.length < versionsPerPage) return versions
  }
}

export async function checkVersionFiles(
  check: CheckVersions,
  versions: readonly Snapshot[],
  secrets: RepositorySecrets | undefined,
): Promise<void> {
  const keys = secrets && deriveKeys(secrets)
  for (let at = 0; at < versions.length; at += filesAtOnce)
    await Promise.all(versions.slice(at, at + filesAtOnce).map((version) => checkVersionFile(check, version, keys)))
}

async function checkVersionFile(check: CheckVersions, version: Snapshot, keys: RepositoryKeys | undefined): Promise<void> {
  const { place, findings, db, repository } = check
  const { deviceId, seq, snapshotId } = version
  const file = place.snapshotFile({ device: parseDeviceId(deviceId), seq, id: snapshotId })
  const why = await whyNot(async () => checkVersionBytes(await readFile(file), version, keys))
  if (why === undefined) return
  // Forgotten, or replaced by the next checkpoint, since the list was read.
  const isStillThere = await findSnapshotByFile(db, { repositoryId: repository.repositoryId, snapshotId })
  if (isStillThere !== undefined) findings.add({ kind: 'version-damaged', version: version.id, why })
}

/** @throws FormatError */
function checkVersionBytes(bytes: Buffer, version: Snapshot, keys: RepositoryKeys | undefined): void {
  const { id, envelope, envelopeBytes, record } = readSnapshotFile(bytes)
  const isNamed = id === version.snapshotId && envelope.seq === version.seq && envelope.device === parseDeviceId(version.deviceId)
  if (!isNamed || !envelope.root.equals(version.root) || envelope.previous !== version.previous)
    throw new FormatError('snapshot-damaged', 'it is not the version that the database names')
  if (keys !== undefined) readSnapshotBody(openRecord(record, keys, envelopeBytes).plaintext)
}

/** Files of versions that have no row: a crash left them, the next start takes them up or puts them aside. */
export async function noteUnknownVersionFiles({ db, repository, place, findings }: CheckVersions): Promise<void> {
  const { repositoryId } = repository
  for (const device of await readdir(place.snapshotsFolder)) {
    const names = await readdir(join(place.snapshotsFolder, device))
    const marks = new Set(names)
    for (const name of names) {
      const file = parseSnapshotFileName(`snapshots/${device}/${name}`)
      if (file === undefined || marks.has(`${name}.gone`)) continue
      const row = await findSnapshotByFile(db, { repositoryId, snapshotId: file.id })
      if (row === undefined) findings.note({ kind: 'file-unknown', file: `snapshots/${device}/${name}` })
    }
  }
}
