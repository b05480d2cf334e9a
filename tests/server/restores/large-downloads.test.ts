/** What is large: one file of 5 GiB, 70,000 files in one folder, one that is damaged, through the real routes and compared to the last byte. */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, createWriteStream, openSync, readSync, writeSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChunkId, type ContentItem, chunkKey, releasePiece } from '../../../engine/index.ts'
import { type HttpListener, openHttpListener } from '../../../server/listener/http-listener.ts'
import { findRecordPlaces } from '../../../server/packs/chunks-table.ts'
import { mappingStates } from '../../../server/packs/pack.ts'
import { repositoryPlace } from '../../../server/repositories/repository-place.ts'
import type { Snapshot } from '../../../server/snapshots/snapshot.ts'
import { type Folder, fileEntry, folderEntry } from '../../support/store-tree.ts'
import { storeVersion } from '../../support/stored-version.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3
const files = 70_000
/** A file of 5 GiB and one byte, of few different bytes: each block of it is one of three, four times in a row. */
const blockBytes = MiB / 2
const blockCount = (5 * GiB) / blockBytes
const blocks = [randomBytes(blockBytes), randomBytes(blockBytes), randomBytes(blockBytes)]
const numberAt = (index: number) => (index >> 2) % blocks.length
const hugeBytes = 5 * GiB + 1
const perList = 4096

let box: Awaited<ReturnType<typeof twoCustomers>>
let listener: HttpListener
let version: Snapshot
let cookie: string

beforeAll(async () => {
  box = await twoCustomers()
  listener = await openHttpListener({ fetch: box.app.fetch, host: '127.0.0.1', port: 0, tls: undefined })
  version = await storeVersion(
    box,
    box.device,
    (writer) => {
      const ids = blocks.map((block) => writer.addData(block))
      const items = Array.from({ length: blockCount }, (_, index): ContentItem => {
        return { kind: 'data', length: blockBytes, id: ids[numberAt(index)]! }
      })
      items.push({ kind: 'hole', length: 1 })
      const huge = { ...fileEntry(''), size: hugeBytes, content: { kind: 'list' as const, id: writer.addLists(items, perList) } }
      const many: Folder = new Map(Array.from({ length: files }, (_, index) => [nameOf(index), fileEntry(contentOf(index))]))
      return new Map<string, ReturnType<typeof fileEntry>>([
        ['huge.bin', huge as ReturnType<typeof fileEntry>],
        ['many', folderEntry(writer.addFolder(many))],
      ])
    },
    { seq: 2 },
  )
  cookie = await cookieOf(box, box.users.viewer)
})
afterAll(async () => {
  await listener?.close()
  await box?.[Symbol.asyncDispose]()
})

const nameOf = (index: number) => `file ${String(index).padStart(5, '0')}.txt`
const contentOf = (index: number) => `content of ${index}\n`
const asked = async (path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> => {
  const [answer] = await once(
    get(`${listener.url}/versions/${version.id}/${path}`, { headers: { cookie, ...headers } }),
    'response',
  )
  return answer as IncomingMessage
}

describe('a file of 5 GiB', () => {
  test('comes back byte for byte', async () => {
    const answer = await asked('file/huge.bin')
    expect(answer.headers['content-length']).toBe(String(hugeBytes))
    let at = 0
    let last: Buffer | undefined
    for await (const piece of answer as AsyncIterable<Buffer>) {
      // Left to the garbage collector, 5 GiB of pieces would take longer than everything else.
      if (last !== undefined) releasePiece(last)
      last = piece
      for (let from = 0; from < piece.length; ) {
        const offset = at % blockBytes
        const length = Math.min(piece.length - from, blockBytes - offset)
        const block = at < 5 * GiB ? blocks[numberAt(Math.floor(at / blockBytes))]! : Buffer.alloc(1)
        if (block.compare(piece, from, from + length, offset, offset + length) !== 0)
          throw new Error(`another byte than in the source, from ${at} on`)
        at += length
        from += length
      }
    }
    expect(at).toBe(hugeBytes)
  })

  test.each([
    { title: 'across 4 GiB', start: 4 * GiB - 5, end: 4 * GiB + 5 },
    { title: 'across two lists of chunks', start: perList * blockBytes - MiB - 3, end: perList * blockBytes + MiB + 3 },
    { title: 'to its end', start: 5 * GiB - 3, end: hugeBytes },
  ])('gives a part of it: $title', async ({ start, end }) => {
    const answer = await asked('file/huge.bin', { range: `bytes=${start}-${end - 1}` })
    expect(answer.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${hugeBytes}`)
    const got = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>))
    const first = Math.floor(start / blockBytes)
    const count = Math.min(blockCount, Math.ceil(end / blockBytes)) - first
    const source = Buffer.concat([
      ...Array.from({ length: count }, (_, index) => blocks[numberAt(first + index)]!),
      Buffer.alloc(1),
    ])
    expect(got.equals(source.subarray(start - first * blockBytes, end - first * blockBytes))).toBe(true)
  })
})

describe('70,000 files in one folder', () => {
  const together = createHash('sha256')
  for (let index = 0; index < files; index += 1) together.update(contentOf(index))
  const expected = together.digest('hex')

  test.each([
    { as: 'zip', count: ['unzip', '-Z1'], content: 'unzip -p', prove: ['unzip', '-tqq'] },
    { as: 'tar', count: ['tar', '-tf'], content: 'tar -xOf', prove: ['tar', '-tf'] },
  ])('as $as: every name, every byte, by another program', async ({ as, count, content, prove }) => {
    const path = join(box.dataFolder, `many.${as}`)
    await pipeline(await asked(`${as}/many`), createWriteStream(path))
    const run = (program: string, ...words: readonly string[]) =>
      execFileSync(program, words, { maxBuffer: 64 * MiB, encoding: 'utf8' })
    const names = run(count[0]!, ...count.slice(1), path)
      .trimEnd()
      .split('\n')
    expect(names).toHaveLength(files)
    expect([names[0], names.at(-1)]).toEqual([nameOf(0), nameOf(files - 1)])
    expect(run('sh', '-c', `${content} ${path} | sha256sum`)).toContain(expected)
    run(prove[0]!, ...prove.slice(1), path)
  })
})

describe('a large file of which a record is damaged', () => {
  const chunks = Array.from({ length: 16 }, () => randomBytes(MiB))

  test('breaks the archive off once; it is marked, and the next archive is whole without it', async () => {
    const damagedId = await storeDamaged()
    const first = await fetch(`${listener.url}/versions/${version.id}/zip/damaged`, { headers: { cookie } })
    await expect(first.arrayBuffer()).rejects.toThrow()
    await box.devicesSide.lostMarker.settled()
    const { kysely } = box.database
    const { state } = await kysely
      .selectFrom('chunks')
      .select('state')
      .where('chunk_id', '=', damagedId)
      .executeTakeFirstOrThrow()
    expect(state).toBe(mappingStates.bad)
    const path = join(box.dataFolder, 'lacking.zip')
    await pipeline(await asked('zip/damaged'), createWriteStream(path))
    const run = (...words: readonly string[]) => execFileSync('unzip', words, { encoding: 'utf8' })
    expect(run('-Z1', path).trimEnd().split('\n')).toEqual(['whole.txt', 'NOT IN THIS ARCHIVE.txt'])
    expect(run('-p', path, 'NOT IN THIS ARCHIVE.txt')).toContain('\r\nbroken.bin\r\n')
  })

  /** As another version; one bit of the file's last chunk but one is turned round on the disk. */
  async function storeDamaged(): Promise<ChunkId> {
    const ids: ChunkId[] = []
    version = await storeVersion(
      box,
      box.device,
      (writer) => {
        ids.push(...chunks.map((chunk) => writer.addData(chunk)))
        const items = ids.map((id): ContentItem => ({ kind: 'data', length: MiB, id }))
        const broken = { ...fileEntry(''), size: chunks.length * MiB, content: { kind: 'chunks', items } }
        const folder: Folder = new Map([
          ['broken.bin', broken as ReturnType<typeof fileEntry>],
          ['whole.txt', fileEntry('whole')],
        ])
        return new Map([['damaged', folderEntry(writer.addFolder(folder))]])
      },
      { seq: 3 },
    )
    const repository = (await box.repositories.find(version.repositoryId))!
    const id = ids.at(-2)!
    const [place] = (await findRecordPlaces(box.database.kysely, { ...repository, ids: [id], packStates: ['stored'] })).get(
      chunkKey(id),
    )!
    const file = openSync(repositoryPlace(box.dataFolder, repository.uid).packFile(place!.packId), 'r+')
    const at = place!.offset + place!.length - 1
    const byte = Buffer.alloc(1)
    readSync(file, byte, 0, 1, at)
    writeSync(file, Buffer.of(byte[0]! ^ 1), 0, 1, at)
    closeSync(file)
    return id
  }
})
