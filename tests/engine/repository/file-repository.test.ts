import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '../../../engine/index.ts'
import {
  createRepository,
  memoryStorage,
  newRepositorySecrets,
  openFileRepository,
  openLocalStorage,
  parseDeviceId,
  sealKeySlot,
} from '../../../engine/index.ts'
import { type TargetUnderTest, targetContract } from '../../contract/target.ts'

targetContract('a repository of files in memory', () => openOn(memoryStorage(), async () => undefined))

targetContract('a repository of files in a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-target-'))
  return await openOn(await openLocalStorage(folder), async () => await rm(folder, { recursive: true }))
})

async function openOn(storage: Storage, dispose: () => Promise<void>): Promise<TargetUnderTest> {
  const secrets = newRepositorySecrets(randomBytes)
  const slot = sealKeySlot({ id: 'device-1', kind: 'device', salt: randomBytes(32) }, randomBytes(32), secrets)
  await createRepository(storage, { secrets, slots: [slot], createdMs: 0 })
  let time = 1_700_000_000_000
  const repository = await openFileRepository({ storage, secrets, now: () => time++ })
  const [device, other] = [parseDeviceId('dev_one'), parseDeviceId('dev_two')]
  return {
    target: repository.asDevice(device),
    device,
    secrets,
    other: { target: repository.asDevice(other), device: other },
    [Symbol.asyncDispose]: dispose,
  }
}
