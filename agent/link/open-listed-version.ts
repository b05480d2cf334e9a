import {
  type ChunkId,
  deriveKeys,
  openRecord,
  openVersion,
  parseSnapshotId,
  plaintextSource,
  readSnapshotBody,
  readSnapshotFile,
  type SnapshotBody,
  type Version,
} from '../../engine/index.ts'
import { isSameJobName } from '../../selection/job-name.ts'
import type { Program } from '../command-line/program.ts'
import type { DeviceEntry } from '../config/configuration.ts'
import { AgentError, usageError } from '../errors/agent-error.ts'
import { chooseVersion } from '../selection/choose-version.ts'
import type { LookedInto } from '../selection/version-path.ts'
import { parseWantedVersion, type WantedVersion } from '../selection/wanted-version.ts'
import type { ListedVersion } from './box-api.ts'
import type { ConnectedBox } from './connected-box.ts'

/** A version ready to be looked into, as it describes itself under its seal. */
export interface OpenedVersion {
  readonly listed: ListedVersion
  readonly root: ChunkId
  readonly body: SnapshotBody
  readonly version: Version
}

/** What was typed as SNAPSHOT. @throws AgentError HF-USAGE */
export function readWantedVersion(program: Program, text: string): WantedVersion {
  try {
    return parseWantedVersion(text, program.surroundings.timeZone)
  } catch (error) {
    throw usageError(`${(error as Error).message}.`)
  }
}

/** Finds the version that is meant, fetches it and proves that it is the one. @throws AgentError, FormatError */
export async function openListedVersion(
  box: ConnectedBox,
  wanted: WantedVersion,
  meant: { readonly text: string; readonly job: string | undefined; readonly device: string | undefined },
): Promise<OpenedVersion> {
  if (meant.device !== undefined) checkIsOwn(box.device, meant.device)
  const listed = await chooseVersion(box.api.listVersions(meant), wanted, meant)
  await box.pickUpKeys()
  const file = readSnapshotFile(await box.target.readSnapshot(parseSnapshotId(listed.snapshotId)))
  const { plaintext } = openRecord(file.record, deriveKeys(box.secrets), file.envelopeBytes)
  const { root } = file.envelope
  return { listed, root, body: readSnapshotBody(plaintext), version: openVersion(plaintextSource(box.target, box.secrets), root) }
}

/** A device's key to the box opens its own versions only; those of others need a grant, which no version gives yet. */
function checkIsOwn({ id, number, name }: DeviceEntry, wanted: string): void {
  const isOwn = wanted === id || wanted.toLowerCase() === number.toLowerCase() || wanted.toLowerCase() === name.toLowerCase()
  if (isOwn) return
  throw new AgentError(
    'HF-NOT-IN-THIS-VERSION',
    `This computer is ${name} (${number}); versions of "${wanted}" cannot be opened from here.`,
    {
      hint: 'In the browser choose “Back to the computer” and this one; or let it take the other’s place: connect --replace.',
    },
  )
}

/** For whoever looks for a path in it. */
export function lookedInto({ configuration }: ConnectedBox, { listed }: OpenedVersion): LookedInto {
  const others = configuration.jobs.map(({ name }) => name).filter((name) => !isSameJobName(name, listed.job))
  return { job: listed.job, otherJobs: others }
}
