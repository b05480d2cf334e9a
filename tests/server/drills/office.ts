/** A computer with a real backup of real files, in a box that tests share. */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readWholePackIndex } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import type { Device } from '../../../server/devices/device.ts'
import type { Drill } from '../../../server/drills/drill.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { newCustomer, newUser } from '../../support/two-customers.ts'
import { connectComputer, type TestComputer, type UploadBox } from '../../support/upload-box.ts'

export interface DrillOffice extends AsyncDisposable {
  readonly computer: TestComputer
  readonly folder: string
  readonly device: () => Promise<Device>
  readonly backUp: (job?: string) => Promise<void>
  /** Asked for and run to its end. */
  readonly drill: () => Promise<Drill>
  readonly packFiles: (kind: 'data' | 'tree') => readonly string[]
  readonly isScratchEmpty: () => boolean
}

export const secretName = 'Gehälter 2026.ods'
const MiB = 1024 ** 2

export async function drillOffice(upload: UploadBox): Promise<DrillOffice> {
  const { box } = upload
  const { customer } = await newCustomer(box, 'Harbour Street Dental')
  const memberships = [{ customerId: customer.customerId, role: 'owner' as const }]
  const user = await newUser(box, `owner-${customer.number}`, { staffRole: undefined, memberships })
  const computer = await connectComputer(upload, 'RECEPTION', user)
  const folder = join(mkdtempSync(join(tmpdir(), 'holdfast-drills-')), 'source')
  fill(folder)
  const device = async () => (await box.devicesSide.devices.find(computer.identity.deviceId))!
  const backUp = async (job = 'documents') => {
    await backUpFolder(computer, folder, { job })
  }
  await backUp()
  return {
    computer,
    folder,
    device,
    backUp,
    drill: async () => {
      const { drillId } = await box.drills.order(await device(), actingOnTheBox)
      await box.drills.run({ signal: new AbortController().signal, onProgress: () => {} })
      return (await box.drills.find(drillId))!
    },
    packFiles: (kind) =>
      [computer.place.packsFolder, computer.place.twinPacksFolder]
        .flatMap((root) =>
          readdirSync(root).flatMap((prefix) => readdirSync(join(root, prefix)).map((name) => join(root, prefix, name))),
        )
        .filter((file) => readWholePackIndex(readFileSync(file)).kind === kind),
    isScratchEmpty: () => {
      const scratch = join(box.dataFolder, 'tmp', 'drills')
      return !existsSync(scratch) || readdirSync(scratch).length === 0
    },
    [Symbol.asyncDispose]: async () => {
      rmSync(join(folder, '..'), { recursive: true })
      await computer[Symbol.asyncDispose]()
    },
  }
}

function fill(folder: string): void {
  mkdirSync(join(folder, 'letters'), { recursive: true })
  mkdirSync(join(folder, 'pictures'))
  const write = (name: string, content: Buffer | string) => writeFileSync(join(folder, name), content)
  write(secretName, 'wages '.repeat(2000))
  write('letters/empty', '')
  write('letters/inline.txt', 'a few words')
  write('letters/no access', 'nobody may read it')
  chmodSync(join(folder, 'letters/no access'), 0o000)
  for (let index = 0; index < 20; index += 1) write(`letters/letter ${index}.txt`, `letter ${index} `.repeat(300))
  write('pictures/large.raw', noise(3 * MiB))
  // Two names of one file, in two folders: what is drawn may be either, or both.
  linkSync(join(folder, 'letters/letter 3.txt'), join(folder, 'pictures/letter 3 as well.txt'))
  write('pictures/sparse', 'begin')
  truncateSync(join(folder, 'pictures/sparse'), 2 * MiB)
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/pictures/`), Buffer.from('ca\xf1on', 'latin1')]), 'in another encoding')
  utimesSync(join(folder, secretName), 0, 4_300_000_000)
  utimesSync(join(folder, 'letters/empty'), 0, -1.5)
}

/** Bytes that do not compress. */
function noise(length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update('noise').digest()
}

export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** Flips a bit in the body of the record that is `which` of them. */
export function hurtRecord(file: string, which: number): void {
  const bytes = readFileSync(file)
  const entry = readWholePackIndex(bytes).entries.at(which)!
  bytes[entry.offset + entry.length - 20]! ^= 0x10
  writeFileSync(file, bytes)
}
