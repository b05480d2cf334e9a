/**
 * The place of a copy: a storage that carries the copy's name in a file. Nothing is changed in it before that file was read, so that
 * a path whose disk was taken away, or another disk at the same path, gets nothing.
 */
import { z } from 'zod'
import { openLocalStorage, type Storage, StorageError } from '../../engine/index.ts'
import type { CopyAddress } from './copy.ts'
import { CopyError } from './copy-error.ts'

export const identityFileName = 'holdfast-copy.json'
const identityMaxBytes = 4096

export interface PlaceIdentity {
  readonly placeUid: Buffer
  /** The box whose copy this is. */
  readonly box: string
  readonly createdAt: number
}

const identitySchema = z.object({
  format: z.literal(1),
  uid: z.string().regex(/^[0-9a-f]{32}$/),
  box: z.string().max(100),
  createdAt: z.int(),
})

/** @throws CopyError `place-unusable` */
export async function openPlace(address: CopyAddress): Promise<Storage> {
  try {
    return await openLocalStorage(address.folder)
  } catch (error) {
    throw placeError(error)
  }
}

/** Undefined: the place carries none. */
export async function findIdentity(storage: Storage): Promise<PlaceIdentity | undefined> {
  const bytes = await storage.read(identityFileName, { start: 0, length: identityMaxBytes + 1 }).catch((error: unknown) => {
    if (error instanceof StorageError && error.fault === 'absent') return undefined
    throw placeError(error)
  })
  if (bytes === undefined) return undefined
  const parsed = identitySchema.safeParse(parseJson(bytes))
  if (!parsed.success) throw new CopyError('wrong-place', `The file ${identityFileName} in that place is damaged.`)
  return { placeUid: Buffer.from(parsed.data.uid, 'hex'), box: parsed.data.box, createdAt: parsed.data.createdAt }
}

export async function writeIdentity(storage: Storage, identity: PlaceIdentity): Promise<void> {
  const { placeUid, box, createdAt } = identity
  const file = { format: 1, uid: placeUid.toString('hex'), box, createdAt }
  await storage.replace(identityFileName, Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`))
}

/** @throws CopyError `wrong-place` */
export async function demandIdentity(storage: Storage, placeUid: Buffer): Promise<void> {
  const found = await findIdentity(storage)
  if (found === undefined)
    throw new CopyError('wrong-place', `There is no ${identityFileName}: the disk of this copy is not there, or was emptied.`)
  if (!found.placeUid.equals(placeUid)) throw new CopyError('wrong-place', 'Another copy lies in that place.')
}

/** The same storage, which looks at its identity before each change. */
export function watchedPlace(storage: Storage, placeUid: Buffer): Storage {
  return {
    put: async (name, bytes, options) => {
      await demandIdentity(storage, placeUid)
      await storage.put(name, bytes, options)
    },
    replace: async (name, bytes, options) => {
      await demandIdentity(storage, placeUid)
      await storage.replace(name, bytes, options)
    },
    remove: async (name) => {
      await demandIdentity(storage, placeUid)
      await storage.remove(name)
    },
    read: (name, range) => storage.read(name, range),
    find: (name) => storage.find(name),
    list: (folder) => storage.list(folder),
  }
}

/** What a storage said, in a copy's words. */
export function placeError(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error
  const hint = error.hint === undefined ? {} : { hint: error.hint }
  const fault = error.fault === 'full' ? 'place-full' : 'place-unusable'
  return new CopyError(fault, `The place of the copy: ${error.message}.`, { cause: error, ...hint })
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
