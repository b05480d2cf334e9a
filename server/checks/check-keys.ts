/** The files that a repository is opened with, against their rows; and whether the box's own slot opens. */
import { readFile } from 'node:fs/promises'
import {
  encodeKeySlotFile,
  FormatError,
  type RepositorySecrets,
  readKeySlotFile,
  readRepositoryFile,
} from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { listKeySlots } from '../repositories/key-slots-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Findings } from './findings.ts'

/** Undefined secrets: everything that needs no key is still checked. */
export async function checkKeys(options: {
  readonly db: Queryable
  readonly repository: Repository
  readonly place: RepositoryPlace
  readonly openSecrets: OpenSecrets
  readonly findings: Findings
}): Promise<RepositorySecrets | undefined> {
  const { db, repository, place, openSecrets, findings } = options
  const damaged = (what: string, why: string) => findings.add({ kind: 'keys-damaged', what, why })

  const description = await whyNot(async () => {
    const { uid } = readRepositoryFile(await readFile(place.repositoryFile))
    if (!uid.equals(repository.uid)) throw new FormatError('wrong-repository', 'it is of another repository')
  })
  if (description !== undefined) damaged('repository.json', description)
  for (const { slot } of await listKeySlots(db, repository.repositoryId)) {
    const why = await whyNot(async () => {
      const bytes = encodeKeySlotFile(readKeySlotFile(await readFile(place.keySlotFile(slot.id))))
      if (!bytes.equals(encodeKeySlotFile(slot))) throw new FormatError('key-slot-damaged', 'it is not the one in the database')
    })
    if (why !== undefined) damaged(`keys/${slot.id}.json`, why)
  }
  let secrets: RepositorySecrets | undefined
  const opening = await whyNot(async () => {
    secrets = await openSecrets(repository)
  })
  if (opening !== undefined) damaged('master.key', `the box cannot open the repository: ${opening}`)
  return secrets
}

/** Why something that should be there is not, in words; undefined when all is well. */
export async function whyNot(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof FormatError || error instanceof RepositoryError) return error.message
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error)
      return error.code === 'ENOENT' ? 'it is not there' : `it cannot be read (${error.code})`
    throw error
  }
}
