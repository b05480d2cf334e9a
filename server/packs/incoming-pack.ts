/**
 * A pack on its way in: hashed, checked and written in one pass. Tree packs are written twice. Nothing of it is visible under a
 * name of the repository before `place`; whatever ends earlier leaves nothing behind.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { FormatError, type PackId, type PackIndex, type PackKind, PackScanner } from '../../engine/index.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { type NewFile, openNewFile } from '../storage-volumes/direct-file.ts'
import { hasCode, placeFile, unlinkIfThere } from '../storage-volumes/durable-file.ts'
import { PackError } from './pack.ts'

export interface IncomingPack extends AsyncDisposable {
  /** Writes bytes to the end of the file. */
  readonly write: (bytes: Buffer) => Promise<void>
  /** Proves that what came is this pack, whole and of this repository. Throws PackError. */
  readonly prove: () => PackIndex
  /** Makes it durable under its final name. */
  readonly place: () => Promise<void>
}

interface Copy {
  readonly name: 'pack' | 'twin'
  readonly temporaryFile: string
  readonly finalFile: string
  readonly file: NewFile
}

export async function openIncomingPack(options: {
  readonly place: RepositoryPlace
  readonly uid: Buffer
  readonly packId: PackId
  readonly kind: PackKind
  /** Of the temporary files; never used twice. */
  readonly temporaryName: string
  readonly reached: ReachedPoint
}): Promise<IncomingPack> {
  const { packId, kind, reached } = options
  const copies = await openCopies(options)
  const hash = createHash('sha256')
  const scanner = new PackScanner()
  let damage: FormatError | undefined

  const scan = (bytes: Buffer) => {
    try {
      if (damage === undefined) scanner.push(bytes)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      // Not thrown yet: a wrong hash is the better word for bytes that changed on their way.
      damage = error
    }
  }
  return {
    write: async (bytes) => {
      const writing = copies.map(({ file }) => file.write(bytes))
      // On this thread, while others write.
      hash.update(bytes)
      scan(bytes)
      await settled(writing)
    },
    prove: () => {
      if (hash.digest('hex') !== packId)
        throw new PackError('hash-mismatch', 'The bytes received are not those that were announced.')
      if (damage !== undefined) throw damaged(damage)
      const index = finishScan(scanner)
      if (!index.uid.equals(options.uid)) throw new PackError('wrong-repository', 'This pack belongs to another repository.')
      if (index.kind !== kind) throw new PackError('wrong-kind', `This is a ${index.kind} pack, announced as a ${kind} pack.`)
      return index
    },
    place: async () => {
      for (const copy of copies) reached(`${copy.name}:written`)
      await settled(
        copies.map(async ({ name, file, temporaryFile, finalFile }) => {
          await file.sync()
          reached(`${name}:synced`)
          const isRight = async (path: string) => (await hashOfFile(path)) === packId
          await placeFile({ temporaryFile, finalFile, isRight, reached: (step) => reached(`${name}:${step}`) })
        }),
      )
    },
    [Symbol.asyncDispose]: () => closeCopies(copies),
  }
}

async function openCopies(options: {
  readonly place: RepositoryPlace
  readonly packId: PackId
  readonly kind: PackKind
  readonly temporaryName: string
}): Promise<readonly Copy[]> {
  const { place, packId, kind, temporaryName } = options
  const wanted = [
    { name: 'pack', finalFile: place.packFile(packId) },
    ...(kind === 'tree' ? [{ name: 'twin', finalFile: place.twinPackFile(packId) } as const] : []),
  ] as const
  const copies: Copy[] = []
  // The commit that follows soon reads the trees.
  const isDirect = kind === 'data'
  try {
    for (const { name, finalFile } of wanted) {
      const temporaryFile = join(place.temporaryFolder, `${temporaryName}.${name}`)
      copies.push({ name, temporaryFile, finalFile, file: await openNewFile(temporaryFile, { isDirect }) })
    }
    return copies
  } catch (error) {
    await closeCopies(copies)
    throw error
  }
}

async function closeCopies(copies: readonly Copy[]): Promise<void> {
  for (const { file, temporaryFile } of copies) {
    await file.close()
    await unlinkIfThere(temporaryFile)
  }
}

function finishScan(scanner: PackScanner): PackIndex {
  try {
    return scanner.finish()
  } catch (error) {
    throw error instanceof FormatError ? damaged(error) : error
  }
}

function damaged(cause: FormatError): PackError {
  return new PackError('damaged', `The pack cannot be taken: ${cause.message}.`, { cause })
}

/** Waits for all, then throws the first failure: no write may go on behind the back of whoever closes the file. */
async function settled(work: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason
}

async function hashOfFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
  return hash.digest('hex')
}
