/** One pack file under every flipped bit and every cut: nothing goes by unseen, with the keys or without them. */

import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deriveKeys, type PackKind, type RepositorySecrets, recordTypes } from '../../../engine/index.ts'
import { PackWriter } from '../../../engine/repository/pack-writer.ts'
import { refsOfPlaintext } from '../../../engine/repository/refs.ts'
import { type CheckPackOutput, checkPack } from '../../../server/checks/check-pack.ts'

const secrets: RepositorySecrets = { uid: randomBytes(16), dedupKey: randomBytes(32), encryptionKeys: [randomBytes(32)] }
const keys = deriveKeys(secrets)
let folder: string
let file: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-check-pack-'))
  file = join(folder, 'pack')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A list record names two chunks, so that refs are among the bytes. */
function samplePack(kind: PackKind): Buffer {
  const writer = new PackWriter(Buffer.alloc(64 * 1024), keys, kind)
  const add = (type: 1 | 2, plaintext: Buffer) => {
    const refs = refsOfPlaintext(type, plaintext)
    writer.add({ type, chunkId: keys.chunkId(type, plaintext), plaintext, refs, compression: 'default', salt: randomBytes(32) })
  }
  if (kind === 'data') for (const text of ['first', 'second '.repeat(20)]) add(recordTypes.data, Buffer.from(text))
  else {
    const item = (id: Buffer) => Buffer.concat([Buffer.from([20]), id])
    add(recordTypes.list, Buffer.concat([Buffer.from([0, 2]), item(randomBytes(32)), item(randomBytes(32))]))
  }
  return Buffer.from(writer.finish().bytes)
}

interface Asked {
  readonly kind: PackKind
  readonly hasKeys: boolean
  readonly isDataRead?: boolean
  readonly uid?: Buffer
}

function check(bytes: Buffer, asked: Asked): CheckPackOutput {
  writeFileSync(file, bytes)
  return recheck(asked)
}

/** The file as it lies there. */
function recheck({ kind, hasKeys, isDataRead = true, uid = secrets.uid }: Asked): CheckPackOutput {
  return checkPack({ secrets: hasKeys ? secrets : undefined, uid, file, kind, isDataRead }).output
}

const isFound = (output: CheckPackOutput) =>
  output.kind === 'read' && (output.damage !== undefined || output.damagedRecords.length > 0)

describe.each(['data', 'tree'] as const)('a %s pack', (kind) => {
  test.each([
    { title: 'with the keys', hasKeys: true },
    { title: 'without them', hasKeys: false },
  ])('whole, and with any bit flipped, $title', ({ hasKeys }) => {
    const pack = samplePack(kind)
    expect(check(pack, { kind, hasKeys })).toMatchObject({ kind: 'read', damage: undefined, damagedRecords: [] })
    const unseen: string[] = []
    const descriptor = openSync(file, 'r+')
    for (let bit = 0; bit < pack.length * 8; bit += 1) {
      const at = bit >> 3
      writeSync(descriptor, Buffer.of(pack[at]! ^ (1 << (bit & 7))), 0, 1, at)
      if (!isFound(recheck({ kind, hasKeys }))) unseen.push(`bit ${bit & 7} of byte ${at}`)
      writeSync(descriptor, pack, at, 1, at)
    }
    closeSync(descriptor)
    expect(unseen).toEqual([])
    expect(isFound(recheck({ kind, hasKeys }))).toBe(false)
  })

  test('cut off anywhere, also when only its index is read', () => {
    const pack = samplePack(kind)
    for (let length = 0; length < pack.length; length += 1)
      expect(isFound(check(pack.subarray(0, length), { kind, hasKeys: true, isDataRead: false })), `${length} bytes`).toBe(true)
  })
})

test('a damaged record costs only itself', () => {
  const pack = samplePack('data')
  const whole = check(pack, { kind: 'data', hasKeys: true })
  pack[32 + 92 + 3]! ^= 1
  const output = check(pack, { kind: 'data', hasKeys: true })
  expect(output).toMatchObject({ kind: 'read', damage: undefined, damagedRecords: [{ offset: 32 }] })
  expect(output.kind === 'read' && [...output.records.whole]).toEqual([0, 1])
  expect(whole.kind === 'read' && [...whole.records.whole]).toEqual([1, 1])
})

test('without its trailer, records are found by their headers in place', () => {
  const pack = samplePack('data')
  const output = check(pack.subarray(0, pack.length - 20), { kind: 'data', hasKeys: true })
  expect(output.kind === 'read' && output.records.count).toBe(2)
})

test('a record sealed under another id is damage that only the keys show', () => {
  const writer = new PackWriter(Buffer.alloc(64 * 1024), keys, 'data')
  const chunkId = keys.chunkId(recordTypes.data, Buffer.from('what was meant'))
  const plaintext = Buffer.from('what bad memory made of it')
  writer.add({ type: recordTypes.data, chunkId, plaintext, refs: [], compression: 'default', salt: randomBytes(32) })
  const pack = Buffer.from(writer.finish().bytes)
  expect(isFound(check(pack, { kind: 'data', hasKeys: true }))).toBe(true)
  expect(isFound(check(pack, { kind: 'data', hasKeys: false }))).toBe(false)
})

test('a pack of another repository, another kind, no file, a folder', () => {
  const pack = samplePack('data')
  expect(isFound(check(pack, { kind: 'data', hasKeys: true, uid: randomBytes(16) }))).toBe(true)
  expect(isFound(check(pack, { kind: 'tree', hasKeys: true }))).toBe(true)
  const input = { secrets, uid: secrets.uid, kind: 'data', isDataRead: true } as const
  expect(checkPack({ ...input, file: join(folder, 'none') }).output).toEqual({ kind: 'absent' })
  expect(checkPack({ ...input, file: folder }).output).toMatchObject({ kind: 'unreadable' })
})
