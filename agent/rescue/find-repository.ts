import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  FormatError,
  type OpenedRepository,
  openLocalStorage,
  openRepository,
  readRepository,
  repositoryFileName,
  type Storage,
} from '../../engine/index.ts'
import { AgentError } from '../errors/agent-error.ts'
import type { HeldKit } from './kit-options.ts'

/** A repository in a folder, opened with a kit. */
export interface FoundRepository extends OpenedRepository {
  readonly folder: string
  readonly storage: Storage
}

/** A place like a box's data folder has one for each customer. */
const repositoriesMax = 10_000

/** The folder that is meant by `--from`. @throws AgentError HF-NOT-IN-THIS-VERSION, HF-RECOVERY-SOURCE-WRONG */
export function folderOfPlace(place: string, workingFolder: string): string {
  if (/^file:\/\//i.test(place)) return folderOfUrl(place)
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(place))
    throw new AgentError('HF-NOT-IN-THIS-VERSION', `--from takes a folder; ${place.split(':')[0]}:// is not in this version.`, {
      hint: 'Copy the repository into a folder of this computer first, with any program.',
    })
  return resolve(workingFolder, place)
}

function folderOfUrl(place: string): string {
  try {
    return fileURLToPath(place)
  } catch (cause) {
    throw new AgentError('HF-RECOVERY-SOURCE-WRONG', `${place} names no folder of this computer.`, { cause })
  }
}

/**
 * Folders with a repository in them: the folder itself, those below its folder `repositories`, and those below it.
 * @throws AgentError HF-RECOVERY-SOURCE-WRONG when there is none
 */
export function findRepositoryFolders(folder: string): readonly string[] {
  const below = () => [...foldersIn(join(folder, 'repositories')), ...foldersIn(folder)].filter(holdsRepository)
  const found = holdsRepository(folder) ? [folder] : below().slice(0, repositoriesMax)
  if (found.length > 0) return found
  throw new AgentError(
    'HF-RECOVERY-SOURCE-WRONG',
    `${folder} holds no ${repositoryFileName}, and no folder repositories with one.`,
  )
}

/** The repository that the kit opens. @throws AgentError HF-RECOVERY-KIT-WRONG; FormatError when its own files are damaged */
export async function openFoundRepository(folders: readonly string[], kit: HeldKit): Promise<FoundRepository> {
  const passedOver: string[] = []
  for (const folder of folders) {
    const opened = await tryOpen(folder, kit)
    if (opened.kind === 'opened') return opened.repository
    passedOver.push(opened.uid)
  }
  throw notOpened(kit, passedOver)
}

type Tried =
  | { readonly kind: 'opened'; readonly repository: FoundRepository }
  | { readonly kind: 'not-this'; readonly uid: string }

async function tryOpen(folder: string, kit: HeldKit): Promise<Tried> {
  const storage = await openLocalStorage(folder)
  const { uid } = await readRepository(storage)
  if (kit.uid !== undefined && !kit.uid.equals(uid)) return { kind: 'not-this', uid: uid.toString('hex') }
  try {
    const opened = await openRepository(storage, { kind: 'recovery', secret: kit.secret })
    return { kind: 'opened', repository: { ...opened, folder, storage } }
  } catch (error) {
    if (!(error instanceof FormatError) || error.fault !== 'wrong-key') throw error
    return { kind: 'not-this', uid: uid.toString('hex') }
  }
}

function notOpened(kit: HeldKit, found: readonly string[]): AgentError {
  const says = kit.uid === undefined ? 'The code opens' : `The kit is for the repository ${kit.uid.toString('hex')}. It opens`
  const shown = found.slice(0, 10).join(', ')
  const more = found.length > 10 ? ` and ${found.length - 10} more` : ''
  return new AgentError('HF-RECOVERY-KIT-WRONG', `${says} none of those found here: ${shown}${more}.`, { members: { found } })
}

function holdsRepository(folder: string): boolean {
  return statSync(join(folder, repositoryFileName), { throwIfNoEntry: false })?.isFile() === true
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name))
      .sort()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw new AgentError('HF-RECOVERY-SOURCE-WRONG', `${folder} cannot be read (${String(code)}).`, { cause })
  }
}
