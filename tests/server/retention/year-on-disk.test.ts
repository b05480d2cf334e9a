/**
 * Hourly backups of three computers in injected time, with real packs, as small as they may be; rules and collector every night. What
 * lies on the disk at the end is what a new repository takes for the versions that stayed, and a tenth at most. Some days in every run;
 * `HOLDFAST_RETENTION_DAYS=365` for the year.
 */
import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chunkKey, noRules, type RetentionRules } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { publicSnapshotId } from '../../../server/snapshots/snapshot.ts'
import { type PruneBox, pruneBox } from '../../support/prune-box.ts'
import { newCustomer, newUser } from '../../support/two-customers.ts'
import { connectComputer, type TestComputer } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'
import { applyNow, dayMs, hourMs } from './versions.ts'

const isGivenDays = process.env.HOLDFAST_RETENTION_DAYS !== undefined
const days = Number(process.env.HOLDFAST_RETENTION_DAYS ?? 1)
/** By then every floor of the rules, and every wait of bin and trash, is over. */
const idleNights = 32
const [wholeBytes, dailyBytes, hourlyBytes] = [150_000, 20_000, 6000]

interface Kind {
  readonly name: string
  readonly rules: RetentionRules
  readonly isOn: (hour: number) => boolean
}
const kinds: readonly Kind[] = [
  { name: 'SERVER', rules: { ...noRules, hourly: 12, daily: 30, weekly: 12, monthly: 12, yearly: 3 }, isOn: () => true },
  {
    name: 'OFFICE',
    rules: { ...noRules, hourly: 6, daily: 14, weekly: 8, monthly: 6, yearly: 1 },
    isOn: (hour) => hour % 24 > 7 && hour % 24 < 19,
  },
  { name: 'LAPTOP', rules: { ...noRules, keepLast: 10, weekly: 4 }, isOn: (hour) => hour % 200 < 90 },
]

let at: PruneBox
beforeEach(async () => {
  at = await pruneBox()
})
afterEach(() => at[Symbol.asyncDispose]())

const archives = new Map(kinds.map(({ name }) => [name, bytesOf(`${name} archive`, wholeBytes)]))

/** One that stays as it is, one of the day, one of the hour: the same bytes whenever they are asked for. */
function filesOf({ name }: Kind, hour: number): Readonly<Record<string, Buffer>> {
  return {
    archive: archives.get(name)!,
    diary: bytesOf(`${name} day ${Math.floor(hour / 24)}`, dailyBytes),
    mail: bytesOf(`${name} hour ${hour}`, hourlyBytes),
  }
}

function bytesOf(words: string, outputLength: number): Buffer {
  return createHash('shake256', { outputLength }).update(words).digest()
}

function rootOf(writer: VersionWriter, kind: Kind, hour: number) {
  return writer.tree(Object.entries(filesOf(kind, hour)).map(([name, bytes]) => writer.file(name, bytes)))
}

/** Its newest version is what a computer compares with, so only what is new is sent. */
async function commit(computer: TestComputer, sent: VersionWriter, kind: Kind, hour: number): Promise<string> {
  const session = await computer.target.openSession({ job: 'documents', parent: undefined })
  const answer = await commitTree(session, sent, { root: rootOf(sent, kind, hour), device: computer.device })
  if (answer.kind !== 'committed') throw new Error(`${kind.name}, hour ${hour}: ${answer.kind}`)
  return publicSnapshotId(answer.id)
}

const folders = ['packs', 'packs2', 'snapshots', 'trash'] as const

/** Without the tombstones: some 200 bytes for each version that ever was. */
function storedBytes({ place }: TestComputer): number {
  const files = folders
    .map((folder) => join(place.folder, folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.gone'))
  return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

async function night(): Promise<void> {
  await applyNow(at.upload.box)
  await at.prune({ allowance: { freedBytes: Number.MAX_SAFE_INTEGER, holes: 0 } })
}

async function isWhole({ target, secrets }: TestComputer, kind: Kind, hour: number): Promise<boolean> {
  const writer = new VersionWriter(secrets)
  const ids = [...Object.values(filesOf(kind, hour)).map((bytes) => writer.data(bytes)), rootOf(writer, kind, hour)]
  const found = new Set<string>()
  for await (const record of target.readRecords(ids)) found.add(chunkKey(record.subarray(20, 52)))
  return ids.every((id) => found.has(chunkKey(id)))
}

interface Kept {
  readonly kind: Kind
  readonly hour: number
}

/** What a repository of its own takes for exactly these versions. */
async function neededBytes(kept: readonly Kept[]): Promise<number> {
  const { upload } = at
  const { customer } = await newCustomer(upload.box, 'Harbour Street Dental')
  const memberships = [{ customerId: customer.customerId, role: 'owner' as const }]
  const owner = await newUser(upload.box, 'owner', { staffRole: undefined, memberships })
  let bytes = 0
  for (const kind of kinds) {
    await using computer = await connectComputer(upload, `NEW ${kind.name}`, owner)
    const writer = new VersionWriter(computer.secrets)
    for (const version of kept) if (version.kind === kind) await commit(computer, writer, kind, version.hour)
    bytes = storedBytes(computer)
  }
  return bytes
}

test(`${days} days of hours: the disk holds what the kept versions need, and a tenth`, { timeout: 3 * hourMs }, async () => {
  const { box } = at.upload
  await using computers = new AsyncDisposableStack()
  const connected: { readonly kind: Kind; readonly computer: TestComputer; readonly sent: VersionWriter }[] = []
  for (const kind of kinds) {
    const computer = computers.use(await connectComputer(at.upload, kind.name))
    const device = (await box.devicesSide.devices.find(computer.identity.deviceId))!
    await box.retention.setRules(device, kind.rules, actingOnTheBox)
    connected.push({ kind, computer, sent: new VersionWriter(computer.secrets) })
  }
  const hours = new Map<string, number>()
  for (let hour = 0; hour < days * 24; hour += 1) {
    for (const { kind, computer, sent } of connected)
      if (kind.isOn(hour)) hours.set(await commit(computer, sent, kind, hour), hour)
    await at.pass(hourMs)
    if (hour % 24 === 23) await night()
  }
  for (let count = 0; count < idleNights; count += 1) {
    await at.pass(dayMs)
    await night()
  }

  const kept: Kept[] = []
  for (const { kind, computer } of connected) {
    const page = { deviceId: computer.identity.deviceId, beforeSeq: undefined, limit: 100_000 }
    const versions = await box.devicesSide.snapshots.listOfDevice(page)
    for (const { id } of versions.toReversed()) kept.push({ kind, hour: hours.get(id)! })
  }
  expect(kept.length).toBeLessThan(hours.size)
  for (const { kind, hour } of kept) {
    const { computer } = connected.find((one) => one.kind === kind)!
    expect(await isWhole(computer, kind, hour), `${kind.name}, hour ${hour}`).toBe(true)
  }
  const used = storedBytes(connected[0]!.computer)
  const needed = await neededBytes(kept)
  if (isGivenDays)
    console.info(`${hours.size} versions, ${kept.length} kept: ${used} bytes where ${needed} are needed, ${used / needed}`)
  expect(used).toBeLessThanOrEqual(needed * 1.1)
})
