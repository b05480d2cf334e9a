import { randomBytes } from 'node:crypto'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCut } from '../../engine/chunker/fast-cdc.ts'
import {
  backUp,
  createRepository,
  deriveKeys,
  formatRecoveryCode,
  memoryStorage,
  newRepositorySecrets,
  openFileRepository,
  parseDeviceId,
  recoverySlotKey,
  type Storage,
  sealKeySlot,
} from '../../engine/index.ts'
import { fixedBytes } from '../engine/repository/sealed-samples.ts'
import { copyToFolder, expectDecoderAgrees, runDecoder } from './decoder-agrees.ts'

const MiB = 1024 * 1024
const device = parseDeviceId('dev_interop')
const recoverySecret = fixedBytes('recovery', 32)
const secrets = newRepositorySecrets(randomBytes)
const keys = deriveKeys(secrets)

let home: string
let source: string
let storage: Storage

async function run(): Promise<string> {
  const target = (await openFileRepository({ storage, secrets, now: Date.now })).asDevice(device)
  const result = await backUp({
    target,
    secrets,
    device,
    job: 'documents',
    sources: [Buffer.from(source)],
    excludes: ['*.tmp'],
    isExcluded: (path) => path.endsWith('.tmp'),
    cacheFile: join(home, 'cache'),
    compression: 'default',
    host: 'büro-pc',
    platform: 'linux',
    agentVersion: '0.1.0',
    tags: ['interop'],
    now: Date.now,
    randomBytes,
  })
  return result.snapshot!.id
}

/** All kinds of things that a folder may hold. */
function fillSource(): void {
  const file = (name: string, content: Buffer | string) => writeFileSync(join(source, name), content)
  file('empty', '')
  file('inline', 'a few words')
  file('Übung 😀.txt', 'text '.repeat(40_000))
  writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from('ca\xf1on\n', 'latin1')]), 'a Latin-1 name with a newline')
  file('large', fixedBytes('large', 30 * MiB)) // more than 16 chunks: a list
  file('sparse', 'begin')
  truncateSync(join(source, 'sparse'), 20 * MiB)
  file('left out.tmp', 'excluded')
  linkSync(join(source, 'inline'), join(source, 'other name'))
  symlinkSync('Übung 😀.txt', join(source, 'link'))
  mkdirSync(join(source, 'nothing in it'))
  mkdirSync(join(source, 'many')) // several leaves below an index
  for (let n = 0; n < 3_000; n++) file(`many/file ${n}`, `content ${n}`)
  utimesSync(join(source, 'empty'), 0, -1.5) // 1969
  utimesSync(join(source, 'inline'), 0, 4_300_000_000) // 2106
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-interop-'))
  source = join(home, 'source')
  mkdirSync(source)
  fillSource()
  storage = memoryStorage()
  const slot = { id: 'recovery-1', kind: 'recovery' as const, salt: randomBytes(32) }
  const slots = [sealKeySlot(slot, recoverySlotKey(recoverySecret, secrets.uid), secrets)]
  await createRepository(storage, { secrets, slots, createdMs: Date.now() })
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('a decoder that knows nothing but docs/format', () => {
  test('agrees with AES-GCM as published, with libcrypto and without', async () => {
    expect(JSON.parse(await runDecoder('self-test')).ways).toContain('open_in_python')
  })

  test('reads every record, snapshot and file as the engine does', async () => {
    await run()
    writeFileSync(join(source, 'large'), Buffer.concat([fixedBytes('put in front', 1_000), fixedBytes('large', 30 * MiB)]))
    writeFileSync(join(source, 'many', 'file 1500 and a half'), 'new')
    await run()
    const agreement = await expectDecoderAgrees(storage, secrets)
    expect(agreement.snapshots).toBe(2)
    expect(agreement.packs).toBeGreaterThan(3)
    expect(agreement.records).toBeGreaterThan(40)
    expect(agreement.entries).toBeGreaterThan(6_000)
  })

  test('brings files back with nothing but the printed code', async () => {
    const id = await run()
    await using copy = await copyToFolder(storage, secrets)
    writeFileSync(join(copy.folder, 'keys', 'recovery-1.json'), await storage.read('keys/recovery-1.json'))
    rmSync(join(copy.folder, 'keys', 'decoder.json'))
    const code = join(home, 'code')
    writeFileSync(code, ` ${formatRecoveryCode(recoverySecret).toLowerCase()}\n`)
    const target = join(home, 'extracted')
    await runDecoder('extract', copy.folder, '--key', code, '--snapshot', id, '--to', target)
    rmSync(join(source, 'left out.tmp'))
    expectSameTree(join(target, source), source)
  })

  test('cuts files where the engine does', async () => {
    await using copy = await copyToFolder(storage, secrets)
    const content = Buffer.concat([fixedBytes('cut me', 3 * MiB), Buffer.alloc(5 * MiB)])
    const file = join(home, 'cut me')
    writeFileSync(file, content)
    const lengths: number[] = []
    for (let at = 0; at < content.length; at += lengths.at(-1)!) lengths.push(findCut(content, at, content.length, keys.gear))
    expect(JSON.parse(await runDecoder('cut', copy.folder, '--key', copy.keyFile, '--file', file))).toEqual(lengths)
  })

  test('says so when a byte is changed, a pack is missing or the key is wrong', async () => {
    await using copy = await copyToFolder(storage, secrets)
    const words = ['check', copy.folder, '--key', copy.keyFile] as const
    const packs = readdirSync(join(copy.folder, 'packs'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const pack = join(packs[0]!.parentPath, packs[0]!.name)
    const bytes = readFileSync(pack)
    writeFileSync(pack, bytes.with(50, bytes[50]! ^ 1))
    await expect(runDecoder(...words)).rejects.toThrow('a pack is not what its name says')
    rmSync(pack)
    await expect(runDecoder(...words)).rejects.toThrow('is nowhere')
    writeFileSync(copy.keyFile, '0'.repeat(64))
    await expect(runDecoder(...words)).rejects.toThrow('no key slot opens with this key')
    writeFileSync(
      copy.keyFile,
      formatRecoveryCode(recoverySecret).replace(/^./, (first) => (first === '0' ? '1' : '0')),
    )
    await expect(runDecoder(...words)).rejects.toThrow('group 1 is wrong')
  })
})

function expectSameTree(actual: string, expected: string): void {
  const names = readdirSync(expected, 'buffer').sort(Buffer.compare)
  expect(readdirSync(actual, 'buffer').sort(Buffer.compare)).toEqual(names)
  for (const name of names) {
    const [ours, theirs] = [childOf(actual, name), childOf(expected, name)]
    const [stat, wanted] = [lstatSync(ours, { bigint: true }), lstatSync(theirs, { bigint: true })]
    expect(stat.mode, String(name)).toBe(wanted.mode)
    if (wanted.isSymbolicLink()) expect(readlinkSync(ours)).toBe(readlinkSync(theirs))
    else expect(stat.mtimeNs, String(name)).toBe(wanted.mtimeNs)
    if (wanted.isFile()) expect(readFileSync(ours).equals(readFileSync(theirs)), String(name)).toBe(true)
    if (wanted.isDirectory()) expectSameTree(ours.toString(), theirs.toString())
  }
}

function childOf(folder: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), name])
}
