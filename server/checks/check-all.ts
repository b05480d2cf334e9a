/** Every repository of the box, one after the other: what the nightly check is, and what `Read everything now` is. */
import { sizeText } from '../../views/format/size.ts'
import type { Database } from '../database/database.ts'
import { listRepositories } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import type { ChecksService } from './checks-service.ts'
import type { CheckReading } from './plan-reading.ts'

export interface CheckedBox {
  readonly repositories: number
  readonly packs: number
  readonly readBytes: number
  readonly damageCount: number
  /** Repositories on a disk that is not there. */
  readonly absent: number
}

const repositoriesPerPage = 100

/** What fails with one repository is thrown when all the others have been looked at. */
export async function checkAll(options: {
  readonly database: Database
  readonly checks: ChecksService
  readonly reading: CheckReading
  readonly onProgress: (done: { readonly bytes: number }) => void
  readonly signal: AbortSignal
}): Promise<CheckedBox> {
  const { database, checks, reading, onProgress, signal } = options
  let sum: CheckedBox = { repositories: 0, packs: 0, readBytes: 0, damageCount: 0, absent: 0 }
  let bytesBefore = 0
  const absent = await forEachRepository(database, signal, async (repository) => {
    let bytes = 0
    const report = await checks.check(repository, {
      reading,
      onProgress: (progress) => {
        bytes = progress.bytes
        onProgress({ bytes: bytesBefore + bytes })
      },
      signal,
    })
    bytesBefore += bytes
    sum = {
      repositories: sum.repositories + 1,
      packs: sum.packs + report.packs,
      readBytes: sum.readBytes + report.readBytes,
      damageCount: sum.damageCount + report.damageCount,
      absent: 0,
    }
  })
  return { ...sum, absent }
}

/** Goes through all of them whatever fails; then throws the first failure. Returns how many lie on a disk that is not there. */
export async function forEachRepository(
  database: Database,
  signal: AbortSignal,
  work: (repository: Repository) => Promise<void>,
): Promise<number> {
  const failures: unknown[] = []
  let absent = 0
  for await (const repository of allRepositories(database)) {
    try {
      await work(repository)
    } catch (error) {
      signal.throwIfAborted()
      // The watch over the disks says it already, and louder.
      if (error instanceof VolumeError && error.fault === 'wrong') absent += 1
      else failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return absent
}

async function* allRepositories({ kysely }: Database): AsyncGenerator<Repository> {
  for (let after = 0; ; ) {
    const page = await listRepositories(kysely, { after, limit: repositoriesPerPage })
    yield* page
    const last = page.at(-1)
    if (last === undefined) return
    after = last.repositoryId
  }
}

export function checkedSentence({ packs, readBytes, damageCount, absent }: CheckedBox): string {
  const read = sizeText({ locale: 'en-GB', timeZone: 'UTC', nowMs: 0 }, readBytes).replace('\u00a0', ' ')
  const what = `${packs} packs looked at, ${read} of them read`
  const found = damageCount === 0 ? `${what}: all whole.` : `${what}: ${damageCount} faults.`
  return absent === 0 ? found : `${found} ${absent} not looked at: their disk is not there.`
}
