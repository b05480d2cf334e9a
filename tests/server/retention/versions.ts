/** A computer whose versions are real, and small; and the box's own time, moved as the clock is. */
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ChunkId, noRules, type RetentionRules, type SnapshotBody } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import type { AppliedRetention } from '../../../server/retention/apply-all.ts'
import { publicSnapshotId, type Snapshot } from '../../../server/snapshots/snapshot.ts'
import type { TestApp } from '../../support/test-app.ts'
import { newCustomer, newUser } from '../../support/two-customers.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

export interface Office extends AsyncDisposable {
  readonly upload: UploadBox
  readonly computer: TestComputer
  readonly writer: VersionWriter
}

export async function office(options: Parameters<typeof uploadBox>[0] = {}): Promise<Office> {
  const upload = await uploadBox(options)
  const computer = await connectComputer(upload)
  return {
    upload,
    computer,
    writer: new VersionWriter(computer.secrets),
    [Symbol.asyncDispose]: async () => {
      await computer[Symbol.asyncDispose]()
      await upload[Symbol.asyncDispose]()
    },
  }
}

/** A computer of a new customer, in a box that tests share: making a box takes longer than most of them. */
export async function officeIn(upload: UploadBox): Promise<Office> {
  const { customer } = await newCustomer(upload.box, 'Harbour Street Dental')
  const memberships = [{ customerId: customer.customerId, role: 'owner' as const }]
  const user = await newUser(upload.box, `owner-${customer.number}`, { staffRole: undefined, memberships })
  const computer = await connectComputer(upload, 'RECEPTION', user)
  return {
    upload,
    computer,
    writer: new VersionWriter(computer.secrets),
    [Symbol.asyncDispose]: () => computer[Symbol.asyncDispose](),
  }
}

/** What a computer and its box have in common with another one of the same box. */
export type At = Pick<Office, 'upload' | 'computer' | 'writer'>

/** A version of one file, whose name and bytes are new. */
export async function makeVersion(
  { upload, computer, writer }: At,
  made: { readonly root?: ChunkId; readonly body?: Partial<SnapshotBody> } = {},
): Promise<Snapshot> {
  const job = made.body?.job ?? 'documents'
  const session = await computer.target.openSession({ job, parent: undefined })
  const root = made.root ?? writer.tree([writer.file(`file ${randomBytes(4).toString('hex')}`, randomBytes(600))])
  const answer = await commitTree(session, writer, { root, device: computer.device, body: { job, ...made.body } })
  if (answer.kind !== 'committed') throw new Error(`the version was not taken: ${answer.kind}`)
  const version = await upload.box.devicesSide.snapshots.find(publicSnapshotId(answer.id))
  if (version === undefined) throw new Error('the version that was just committed is not there')
  return version
}

/** Time goes on with the box running: the clock, and what the box observes of it. */
export async function pass(box: Pick<TestApp, 'clock' | 'database'>, ms: number): Promise<void> {
  box.clock.advance(ms)
  await box.database.kysely
    .updateTable('observed_time')
    .set(({ eb }) => ({ observed_ms: eb('observed_ms', '+', ms) }))
    .execute()
}

export function applyNow(box: Pick<TestApp, 'retention'>): Promise<AppliedRetention> {
  return box.retention.apply({ signal: new AbortController().signal })
}

/** For the computer's customer alone. */
export function applyFor({ upload, computer }: At): Promise<AppliedRetention> {
  return upload.box.retention.apply({ reach: [computer.identity.customerId], signal: new AbortController().signal })
}

export async function setRules({ upload, computer }: At, rules: Partial<RetentionRules>): Promise<void> {
  const { box } = upload
  const device = await box.devicesSide.devices.find(computer.identity.deviceId)
  if (device === undefined) throw new Error('no such computer')
  await box.retention.setRules(device, { ...noRules, ...rules }, actingOnTheBox)
}

/** The newest first; what is in the bin is not listed. */
export async function listed({ upload, computer }: At): Promise<readonly string[]> {
  const { deviceId } = computer.identity
  const page = { deviceId, beforeSeq: undefined, limit: 1000 }
  return (await upload.box.devicesSide.snapshots.listOfDevice(page)).map(({ id }) => id)
}

export async function inBin({ upload, computer }: At): Promise<readonly string[]> {
  return (await upload.box.retention.listBin(computer.identity.deviceId)).map(({ version }) => version)
}

/** `1 .bin .gone` for each version that has files, by seq. */
export function filesOf({ computer }: At): readonly string[] {
  const folder = join(computer.place.snapshotsFolder, computer.device)
  if (!existsSync(folder)) return []
  const found = Map.groupBy(readdirSync(folder).sort(), (name) => Number(name.slice(0, name.indexOf('-'))))
  return [...found].map(([seq, names]) =>
    [seq, ...names.map((name) => name.replace(/^\d+-[0-9a-f]{64}/, '') || 'version')].join(' '),
  )
}

export async function counters({ upload, computer }: At) {
  const device = await upload.box.devicesSide.devices.find(computer.identity.deviceId)
  if (device === undefined) throw new Error('no such computer')
  const { versionsCount, firstVersionAt, newestVersion, lastGoodVersion } = device
  return { versionsCount, firstVersionAt, newestVersion, lastGoodVersion }
}
