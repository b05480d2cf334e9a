import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  type ChunkId,
  type ChunkKey,
  chunkKey,
  type FileContent,
  type FileEntry,
  type FilesEvent,
  type ItemToRead,
  MissingChunksError,
  openVersion,
  type PlaintextSource,
  parseChunkId,
} from '../../../engine/index.ts'

const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

/** Chunks in memory, of which some are lost, and what was asked for. */
class Store {
  readonly asked: number[] = []
  readonly #chunks = new Map<ChunkKey, Buffer>()
  readonly #lost = new Set<ChunkKey>()

  chunk(text: string, bytes: Buffer): ChunkId {
    const id = parseChunkId(createHash('sha256').update(text).digest())
    this.#chunks.set(chunkKey(id), bytes)
    return id
  }

  lose(...ids: readonly ChunkId[]): void {
    for (const id of ids) this.#lost.add(chunkKey(id))
  }

  source(how: { readonly knowsLost: boolean } = { knowsLost: false }): PlaintextSource {
    const readPlaintexts: PlaintextSource['readPlaintexts'] = async (ids) => {
      const lost = ids.filter((id) => this.#lost.has(chunkKey(id)))
      if (lost.length > 0) throw new MissingChunksError(lost, 'nowhere')
      const found = new Map(ids.map((id) => [chunkKey(id), this.#chunks.get(chunkKey(id))!]))
      this.asked.push([...found.values()].reduce((sum, { length }) => sum + length, 0))
      return found
    }
    return how.knowsLost
      ? { readPlaintexts, findLost: async (ids) => ids.filter((id) => this.#lost.has(chunkKey(id))) }
      : { readPlaintexts }
  }
}

function file(size: number, content: FileContent): FileEntry {
  return {
    ...{ type: 'file', name: Buffer.from('file'), mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, extensions: [], size, content },
    ...{ inode: 0n, device: 0n, ctimeNs: 0n },
  } as FileEntry
}

const ofChunks = (ids: readonly ChunkId[], chunkBytes: number) =>
  file(ids.length * chunkBytes, { kind: 'chunks', items: ids.map((id) => ({ kind: 'data', length: chunkBytes, id })) })

interface Read {
  readonly lists: readonly (readonly FilesEvent<string>[])[]
  /** `item a`, then the bytes it gave; `lost b`, `lost c begun`. */
  readonly told: readonly string[]
}

async function read(source: PlaintextSource, files: Readonly<Record<string, FileEntry>>): Promise<Read> {
  async function* items(): AsyncGenerator<ItemToRead<string>> {
    for (const [item, entry] of Object.entries(files)) yield { item, file: entry }
  }
  const version = openVersion(source, parseChunkId(Buffer.alloc(32)))
  const lists = await Array.fromAsync(version.readFiles(items()))
  const told: string[] = []
  let bytes = 0
  for (const event of lists.flat()) {
    if (event.kind === 'bytes') {
      bytes += event.bytes.length
      continue
    }
    if (bytes > 0) told.push(`${bytes} bytes`)
    bytes = 0
    told.push(event.kind === 'item' ? event.item : `lost ${event.item}${event.hasBegun ? ', begun' : ''}`)
  }
  if (bytes > 0) told.push(`${bytes} bytes`)
  return { lists, told }
}

describe('a file that cannot be read costs only itself', () => {
  const small = (store: Store, name: string, chunks = 4) =>
    ofChunks(
      Array.from({ length: chunks }, (_, index) => store.chunk(`${name} ${index}`, Buffer.alloc(200 * KiB, index))),
      200 * KiB,
    )
  const chunksOf = (entry: FileEntry) =>
    entry.content.kind === 'chunks' ? entry.content.items.flatMap((item) => (item.kind === 'data' ? [item.id] : [])) : []

  test('a small one does not come by at all, wherever its chunks fall', async () => {
    const store = new Store()
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, small(store, `f${index}`)]))
    for (const index of [0, 7, 12, 13, 29]) store.lose(chunksOf(files[`f${index}`]!).at(index % 2 === 0 ? -1 : 0)!)
    const { told } = await read(store.source(), files)
    const expected = Object.keys(files).flatMap((name) =>
      [0, 7, 12, 13, 29].some((index) => name === `f${index}`) ? [`lost ${name}`] : [name, `${800 * KiB} bytes`],
    )
    expect(told).toEqual(expected)
  })

  test('nor does one whose chunk has another length than it says', async () => {
    const store = new Store()
    const wrong = ofChunks([store.chunk('short', Buffer.alloc(10))], 11)
    const { told } = await read(store.source(), { a: small(store, 'a'), wrong, z: small(store, 'z') })
    expect(told).toEqual(['a', `${800 * KiB} bytes`, 'lost wrong', 'z', `${800 * KiB} bytes`])
  })

  const large = (store: Store) =>
    ofChunks(
      Array.from({ length: 16 }, (_, index) => store.chunk(`large ${index}`, Buffer.alloc(MiB, index))),
      MiB,
    )

  test('a large one is told to be lost when its turn comes to it, and gives no more', async () => {
    const store = new Store()
    const entry = large(store)
    store.lose(chunksOf(entry).at(-2)!)
    const { told } = await read(store.source(), { large: entry, z: small(store, 'z') })
    expect([told[0], told.slice(2)]).toEqual(['large', ['lost large, begun', 'z', `${800 * KiB} bytes`]])
    expect(Number.parseInt(told[1]!, 10)).toBeLessThan(15 * MiB)
  })

  test('and does not come by where it is known to be lost: nothing of it is read', async () => {
    const store = new Store()
    const entry = large(store)
    store.lose(chunksOf(entry).at(-2)!)
    const { told } = await read(store.source({ knowsLost: true }), { large: entry, z: small(store, 'z') })
    expect(told).toEqual(['lost large', 'z', `${800 * KiB} bytes`])
    expect(store.asked).toEqual([800 * KiB])
  })

  test('nor where its list of chunks is lost', async () => {
    const store = new Store()
    const id = store.chunk('list', Buffer.alloc(0))
    store.lose(id)
    const { told } = await read(store.source(), { list: file(100 * MiB, { kind: 'list', id }), z: small(store, 'z') })
    expect(told).toEqual(['lost list', 'z', `${800 * KiB} bytes`])
  })

  test('what is no loss ends it', async () => {
    const source: PlaintextSource = { readPlaintexts: () => Promise.reject(new Error('the disk is not there')) }
    await expect(read(source, { a: small(new Store(), 'a') })).rejects.toThrow('the disk is not there')
  })
})

describe('what is in memory at a time', () => {
  test('of a hole, lists of 2 MiB', async () => {
    const entry = file(3 * GiB, { kind: 'chunks', items: [{ kind: 'hole', length: 3 * GiB }] })
    const { lists, told } = await read(new Store().source(), { hole: entry })
    expect(told).toEqual(['hole', `${3 * GiB} bytes`])
    const listBytes = lists.map((list) => list.reduce((sum, event) => sum + (event.kind === 'bytes' ? event.bytes.length : 0), 0))
    expect(Math.max(...listBytes)).toBeLessThanOrEqual(2 * MiB)
  })

  test('of files of few large chunks, batches of 2 MiB and a chunk', async () => {
    const store = new Store()
    const chunks = Array.from({ length: 16 }, (_, index) => store.chunk(`chunk ${index}`, Buffer.alloc(2 * MiB, index)))
    await read(store.source(), { one: ofChunks(chunks, 2 * MiB) })
    expect(Math.max(...store.asked)).toBeLessThanOrEqual(4 * MiB)
  })
})
