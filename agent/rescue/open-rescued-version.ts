/**
 * Backups without a box: a folder with a repository in it, and the customer's recovery kit. Everything is proved on the way: the kit by the
 * key slot, each version by its id, each file by its chunks.
 */
import {
  deriveKeys,
  type FileRepository,
  openFileRepository,
  openVersion,
  parseDeviceId,
  parseSnapshotId,
  plaintextSource,
  type RepositorySecrets,
  readSnapshotFile,
  snapshotFileName,
} from '../../engine/index.ts'
import { isSameJobName } from '../../selection/job-name.ts'
import type { Program } from '../command-line/program.ts'
import { AgentError } from '../errors/agent-error.ts'
import type { OpenedVersion } from '../link/open-listed-version.ts'
import { chooseVersion } from '../selection/choose-version.ts'
import type { WantedVersion } from '../selection/wanted-version.ts'
import { versionsOfDevice } from './choose-device.ts'
import { type FoundRepository, findRepositoryFolders, folderOfPlace, openFoundRepository } from './find-repository.ts'
import { type GivenKit, readGivenKit } from './kit-options.ts'
import { bodyOf, listRescuedVersions, type RescuedVersion, type RescuedVersions } from './rescued-versions.ts'

export interface OpenedPlace extends RescuedVersions {
  readonly repository: FoundRepository
}

export interface RescuedAndOpened extends OpenedVersion {
  readonly records: FileRepository
  readonly secrets: RepositorySecrets
  readonly otherJobs: readonly string[]
}

/** @throws AgentError when folder or kit are not what they should be */
export async function openPlace(program: Program, given: GivenKit & { readonly from: string }): Promise<OpenedPlace> {
  const { surroundings, report, words } = program
  // The folder first: nobody shall type a code of 65 signs to learn that the disk is not connected.
  const folders = findRepositoryFolders(folderOfPlace(given.from, surroundings.workingFolder))
  const repository = await openFoundRepository(folders, await readGivenKit(program, given))
  const listed = await listRescuedVersions(repository)
  if (listed.damaged.length > 0)
    report.note(
      `${words.count(listed.damaged.length, 'version')} cannot be read and is left out: ${listed.damaged.slice(0, 5).join(', ')}.`,
    )
  return { repository, ...listed }
}

export async function openRescuedVersion(
  program: Program,
  place: OpenedPlace,
  wanted: WantedVersion,
  meant: { readonly text: string; readonly job: string | undefined; readonly device: string | undefined },
): Promise<RescuedAndOpened> {
  const ofDevice = versionsOfDevice(place.versions, { ...meant, needsOne: wanted.kind !== 'id', words: program.words })
  const ofJob = ofDevice.filter(({ job }) => meant.job === undefined || isSameJobName(job, meant.job))
  const listed = (await chooseVersion(eachOf(ofJob), wanted, meant)) as RescuedVersion
  const { storage, secrets } = place.repository
  const file = readSnapshotFile(await storage.read(snapshotFileName(nameOf(listed))))
  if (file.id !== listed.snapshotId)
    throw new AgentError('HF-STORED-DATA-DAMAGED', `Version ${listed.id} changed while it was read.`)
  const records = await openFileRepository({ storage, secrets, now: program.surroundings.now })
  const { root } = file.envelope
  const ofComputer = place.versions.filter(({ device }) => device === listed.device)
  return {
    listed,
    root,
    body: bodyOf(file, deriveKeys(secrets)),
    version: openVersion(plaintextSource(records, secrets), root),
    records,
    secrets,
    otherJobs: [...new Set(ofComputer.map(({ job }) => job))].filter((job) => !isSameJobName(job, listed.job)),
  }
}

function nameOf({ device, seq, snapshotId }: RescuedVersion) {
  return { device: parseDeviceId(device), seq, id: parseSnapshotId(snapshotId) }
}

async function* eachOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}
