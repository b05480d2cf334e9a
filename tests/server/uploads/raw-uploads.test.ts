/** Uploads that break off, lie about their length, or come changed: by raw sockets, because no client would send them. */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SealedPack } from '../../../engine/index.ts'
import { eventually } from '../../support/eventually.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

describe('a pack that arrives', () => {
  let upload: UploadBox
  let computer: TestComputer
  let pack: SealedPack
  let path: string
  beforeEach(async () => {
    upload = await uploadBox()
    computer = await connectComputer(upload)
    const writer = new VersionWriter(computer.secrets)
    for (let index = 0; index < 3; index++) writer.data(randomBytes(1_000_000))
    pack = writer.takePacks()[0]!
    await computer.target.openSession({ job: 'documents', parent: undefined })
    const { id } = await upload.box.database.kysely.selectFrom('backup_sessions').select('id').executeTakeFirstOrThrow()
    path = `/api/agent/v1/sessions/${id}/packs/${pack.id}?kind=data`
  })
  afterEach(async () => {
    await computer[Symbol.asyncDispose]()
    await upload[Symbol.asyncDispose]()
  })

  /** Sends these bytes as they are; resolves with what came back by the time the connection ended. */
  const send = async (head: readonly string[], bytes: Buffer, options: { readonly cut?: boolean } = {}): Promise<string> => {
    const { port } = new URL(upload.url)
    const socket = connect(Number(port), '127.0.0.1')
    const fixed = [
      `PUT ${path} HTTP/1.1`,
      'host: box',
      `authorization: Bearer ${computer.connected.token}`,
      'holdfast-protocol: 1',
      ...head,
    ]
    let answer = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text
      if (!options.cut) socket.end()
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.on('close', () => resolve()).on('error', () => {})
    socket.write(`${fixed.join('\r\n')}\r\n\r\n`)
    socket.write(bytes, () => {
      if (options.cut) socket.destroy()
    })
    await promise
    return answer
  }
  const length = (bytes: number) => `content-length: ${bytes}`
  const temporaryFiles = () => readdirSync(computer.place.temporaryFolder)
  const packFiles = () => readdirSync(join(computer.place.packsFolder, pack.id.slice(0, 2)))
  const rows = async () => (await upload.box.database.kysely.selectFrom('packs').select('id').execute()).length
  const expectNothingLeft = async () => {
    await eventually(() => expect(temporaryFiles()).toEqual([]))
    expect(packFiles()).toEqual([])
    expect(await rows()).toBe(0)
  }
  const expectNextBackupGood = async () => {
    const writer = new VersionWriter(computer.secrets)
    const session = await computer.target.openSession({ job: 'documents', parent: undefined })
    const root = writer.tree([writer.file('file', randomBytes(3000))])
    expect(await commitTree(session, writer, { root, device: computer.device })).toMatchObject({ kind: 'committed' })
  }

  test('whole is stored, once, with nothing beside it', async () => {
    expect(await send([length(pack.bytes.length)], pack.bytes)).toContain('HTTP/1.1 201')
    expect(packFiles()).toEqual([pack.id])
    expect(temporaryFiles()).toEqual([])
  })

  test('in chunks without a length is stored as well', async () => {
    const chunked = Buffer.concat([
      Buffer.from(`${pack.bytes.length.toString(16)}\r\n`),
      pack.bytes,
      Buffer.from('\r\n0\r\n\r\n'),
    ])
    expect(await send(['transfer-encoding: chunked'], chunked)).toContain('HTTP/1.1 201')
  })

  test('cut off leaves nothing', async () => {
    await send([length(pack.bytes.length)], pack.bytes.subarray(0, 2_500_000), { cut: true })
    await expectNothingLeft()
    await expectNextBackupGood()
  })

  test('with more bytes than announced is judged by what was announced', async () => {
    const answer = await send([length(pack.bytes.length - 1)], pack.bytes)
    expect(answer).toContain('HTTP/1.1 422')
    expect(answer).toContain('HF-PACK-HASH-MISMATCH')
    await expectNothingLeft()
    await expectNextBackupGood()
  })

  test('announced beyond the limit is refused before its bytes', async () => {
    const answer = await send([length(64 * 1024 ** 2 + 1)], pack.bytes.subarray(0, 1000))
    expect(answer).toContain('HTTP/1.1 413')
    expect(answer).toContain('HF-PACK-TOO-LARGE')
    await expectNothingLeft()
  })

  test('with a flipped bit is refused, in every part of it', async () => {
    for (const at of [3, 40, 130, 5000, pack.bytes.length - 100, pack.bytes.length - 3]) {
      const flipped = Buffer.from(pack.bytes)
      flipped[at]! ^= 0x10
      const answer = await send([length(flipped.length)], flipped)
      expect(answer, `bit at ${at}`).toContain('HF-PACK-HASH-MISMATCH')
    }
    await expectNothingLeft()
  })

  test('that is damaged under its right id is refused, in every part of it', async () => {
    for (const at of [3, 9, 20, 40, 100, 130, 5000, pack.bytes.length - 100, pack.bytes.length - 30]) {
      const flipped = Buffer.from(pack.bytes)
      flipped[at]! ^= 0x10
      const id = createHash('sha256').update(flipped).digest('hex')
      path = path.replace(/packs\/[0-9a-f]{64}/, `packs/${id}`)
      const answer = await send([length(flipped.length)], flipped)
      const isOfOther = at >= 16 && at < 32
      expect(answer, `byte ${at}`).toContain(isOfOther ? 'HF-PACK-WRONG-REPOSITORY' : 'HF-PACK-DAMAGED')
    }
    expect(await rows()).toBe(0)
    expect(temporaryFiles()).toEqual([])
  })

  test('announced as of the other kind is refused', async () => {
    path = path.replace('kind=data', 'kind=tree')
    expect(await send([length(pack.bytes.length)], pack.bytes)).toContain('HF-PACK-DAMAGED')
    await expectNothingLeft()
  })

  test('replaces a wrong file of its name, and leaves a right one', async () => {
    const file = computer.place.packFile(pack.id)
    writeFileSync(file, 'half a pack')
    expect(await send([length(pack.bytes.length)], pack.bytes)).toContain('HTTP/1.1 201')
    expect(readFileSync(file).equals(pack.bytes)).toBe(true)

    await upload.box.database.kysely.deleteFrom('packs').execute()
    const before = statSync(file).ino
    expect(await send([length(pack.bytes.length)], pack.bytes)).toContain('HTTP/1.1 201')
    expect(statSync(file).ino).toBe(before)
  })
})
