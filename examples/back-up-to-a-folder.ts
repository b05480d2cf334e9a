// Backs a folder up into a repository in another folder, and brings it back into a third one:
//   node examples/back-up-to-a-folder.ts FOLDER REPOSITORY-FOLDER NEW-FOLDER
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import * as holdfast from '../engine/index.ts'

const [source, repositoryFolder, target] = process.argv.slice(2).map((path) => resolve(path))
if (!source || !repositoryFolder || !target)
  throw new Error('give three folders: what to back up, the repository, where to restore')

const storage = await holdfast.openLocalStorage(repositoryFolder, { create: true })
const secrets = holdfast.newRepositorySecrets(randomBytes)
const recoverySecret = randomBytes(32)
const slot = { id: 'recovery-1', kind: 'recovery' as const, salt: randomBytes(32) }
const slots = [holdfast.sealKeySlot(slot, holdfast.recoverySlotKey(recoverySecret, secrets.uid), secrets)]
await holdfast.createRepository(storage, { secrets, slots, createdMs: Date.now() })
console.log(`Recovery code, to be kept elsewhere: ${holdfast.formatRecoveryCode(recoverySecret)}`)

const repository = await holdfast.openFileRepository({ storage, secrets, now: Date.now })
const device = holdfast.parseDeviceId('my-computer')
const paths = { sources: [Buffer.from(source)], cacheFile: join(repositoryFolder, 'my-computer.cache') }
const rules = { job: 'all', excludes: [], isExcluded: () => false, compression: 'default' as const, tags: [] }
const machine = { host: hostname(), platform: process.platform, agentVersion: 'example', now: Date.now, randomBytes }
const backup = await holdfast.backUp({ target: repository.asDevice(device), secrets, device, ...paths, ...rules, ...machine })
console.log(`Backed up ${backup.counts.files} files: ${backup.verdict}.`)

const destination = { kind: 'folder', path: Buffer.from(target), strip: true } as const
const wanted = { root: backup.root, selection: paths.sources, destination, overwrite: 'never' as const, verify: true }
const restored = await holdfast.restore({ records: repository, secrets, ...wanted, randomBytes })
console.log(`Restored ${restored.files} files, ${restored.failed.length} failed.`)
