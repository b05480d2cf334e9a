/** May a folder become the place of a copy? It must be another disk, be empty or already ours, and keep what is written to it. */
import { mkdir, readdir, realpath, stat, statfs } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Storage } from '../../engine/index.ts'
import type { CopyAddress } from './copy.ts'
import { CopyError } from './copy-error.ts'
import { findIdentity, openPlace, type PlaceIdentity, placeError } from './copy-place.ts'

export interface PlaceRequest {
  readonly folder: string
  /** A folder on the box's own disk: better than nothing against mistakes, nothing against a broken disk. */
  readonly isSameDiskAllowed: boolean
  /** A copy that another box made. */
  readonly isTakingOver: boolean
}

export interface AdmittedPlace {
  readonly address: CopyAddress
  readonly storage: Storage
  /** Of a copy that lies there already. */
  readonly identity: PlaceIdentity | undefined
  readonly freeBytes: number
}

/** @throws CopyError `invalid`, `place-unusable`, `place-taken` */
export async function admitPlace(
  request: PlaceRequest,
  box: { readonly dataFolder: string; readonly boxId: string },
): Promise<AdmittedPlace> {
  const folder = await makeFolder(request.folder)
  await demandElsewhere(folder, box.dataFolder, request)
  const address: CopyAddress = { kind: 'folder', folder }
  const storage = await openPlace(address)
  const identity = await findIdentity(storage)
  if (identity === undefined) await demandEmpty(folder)
  else if (identity.box !== box.boxId && !request.isTakingOver)
    throw new CopyError('place-taken', `The copy of another box (${identity.box}) lies in ${folder}.`)
  await probe(storage)
  return { address, storage, identity, freeBytes: (await findFreeBytes(address)) ?? 0 }
}

/** Undefined where it cannot be told. */
export async function findFreeBytes({ folder }: CopyAddress): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}

/** The folder itself is made; what it lies in must be there: a mount point that is missing is no place. */
async function makeFolder(path: string): Promise<string> {
  if (!isAbsolute(path)) throw new CopyError('invalid', 'The folder of a copy is named by its whole path.')
  try {
    await mkdir(resolve(path), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    return await realpath(path)
  } catch (cause) {
    throw new CopyError('place-unusable', `${path} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    })
  }
}

async function demandElsewhere(folder: string, dataFolder: string, { isSameDiskAllowed }: PlaceRequest): Promise<void> {
  const data = await realpath(dataFolder)
  if (isWithin(data, folder) || isWithin(folder, data))
    throw new CopyError('invalid', `${folder} and the data folder lie in each other: a copy lies elsewhere.`)
  const [there, here] = [await stat(folder), await stat(data)]
  if (there.dev === here.dev && !isSameDiskAllowed)
    throw new CopyError('invalid', `${folder} is on the same disk as the box; one broken disk would take both.`, {
      hint: 'Is the other disk mounted? If this is what you want, allow the same disk.',
    })
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith('../') && !way.startsWith('..\\') && !isAbsolute(way))
}

/** What a new file system brings along, and what the probe of an earlier try left. */
const harmless = new Set(['lost+found', 'tmp', '.Trash-0', '$RECYCLE.BIN', 'System Volume Information'])

async function demandEmpty(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !harmless.has(name))
  if (names.length > 0) throw new CopyError('place-taken', `${folder} is not empty: it holds “${names[0]}”.`)
}

const probeName = 'probe'

/** Bytes go there and come back. */
async function probe(storage: Storage): Promise<void> {
  try {
    const bytes = Buffer.from('Holdfast was here, and takes this away again.\n')
    await storage.replace(probeName, bytes)
    const back = await storage.read(probeName)
    await storage.remove(probeName)
    if (!back.equals(bytes)) throw new CopyError('place-unusable', 'What was written there came back changed.')
  } catch (error) {
    throw placeError(error)
  }
}
