/**
 * The box backs itself up: what its repositories do not hold (people, plans, settings, computers, keys) goes into one sealed file in
 * `self/`, from where the second copy takes it too. It opens with the server's recovery kit alone.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import type { Authority } from '../tls/authority.ts'
import { type BoxDocument, encodeBoxDocument, readBoxDocument } from './box-document.ts'
import { documentPrint } from './dump-print.ts'
import { dumpedTables } from './dumped-tables.ts'
import { fitDocument } from './fit-document.ts'
import { dumpTables } from './people-dump-table.ts'
import { lookAt, type WatchState } from './self-backup-due.ts'
import {
  listSelfBackups,
  openSelfBackup,
  type SelfBackupFile,
  sealDocument,
  selfFolder,
  thinSelfBackups,
  writeSelfBackup,
} from './self-backup-file.ts'

export interface SelfBackups {
  /** Makes one now. */
  readonly run: () => Promise<SelfBackupFile>
  /** Makes one now and removes every older one: they hold what must not be read any more. */
  readonly replaceAll: () => Promise<SelfBackupFile>
  /** Makes one when it is time. Called every few seconds; what it fails with is an alarm, not an error. */
  readonly look: () => Promise<void>
  /** Newest first. */
  readonly list: () => Promise<readonly SelfBackupFile[]>
}

export const selfBackupsKept = 30
const alarmKey = { code: 'HF-SELF-BACKUP-FAILED', subject: 'box' } as const

export function createSelfBackups(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly boxId: string
  readonly version: string
  readonly masterKey: Buffer
  readonly serverSecret: Buffer
  readonly authority: Pick<Authority, 'certificatePem' | 'keyPem'>
  readonly clock: Clock
  readonly randomness: Randomness
  readonly volumes: Pick<StorageVolumesService, 'write'>
  readonly log: Log
  readonly alarms: Pick<AlarmsService, 'raise' | 'settle'>
  readonly reached: ReachedPoint
}): SelfBackups {
  const { database, dataFolder, serverSecret, clock, randomness, volumes, log, alarms, reached } = options
  const folder = selfFolder(dataFolder)
  let watch: WatchState | undefined
  let failure: string | undefined
  let turn: Promise<unknown> = Promise.resolve()

  /** One after the other: two would take the same number. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }

  const gather = async (): Promise<BoxDocument> => {
    const { boxId, version, masterKey, authority } = options
    const dump = await dumpTables(database, dumpedTables)
    const settingsFile = settingsText(dataFolder)
    return { boxId, madeAtMs: clock.now(), version, masterKey, authority, settingsFile, ...dump }
  }

  const save = async (document: BoxDocument) => {
    const bytes = sealDocument(encodeBoxDocument(fitDocument(document)), serverSecret, randomness)
    const [newest] = await listSelfBackups(folder)
    const file = await volumes.write(() => writeSelfBackup(folder, { number: (newest?.number ?? 0) + 1, bytes, reached }))
    watch = { saved: { print: documentPrint(document, dumpedTables), atMs: document.madeAtMs }, seen: undefined }
    await volumes.write(() => thinSelfBackups(folder, { keep: selfBackupsKept, reached }))
    log.info({ number: file.number, sizeBytes: file.sizeBytes }, 'the box has backed itself up')
    failure = undefined
    return file
  }

  const lookOnce = async () => {
    watch ??= { saved: await newestSaved(folder, serverSecret), seen: undefined }
    const document = await gather()
    const looked = lookAt(watch, documentPrint(document, dumpedTables), document.madeAtMs)
    watch = looked.state
    if (looked.due === undefined) return
    await save(document)
    await alarms.settle(alarmKey)
  }

  /** Said once, not every few seconds. */
  const fail = async (error: unknown) => {
    const detail = error instanceof Error ? error.message : String(error)
    if (detail !== failure) log.error({ err: error }, 'the box could not back itself up')
    failure = detail
    await alarms.raise({ ...alarmKey, detail })
  }

  return {
    list: () => listSelfBackups(folder),
    run: () =>
      inTurn(async () => {
        const file = await save(await gather())
        await alarms.settle(alarmKey)
        return file
      }),
    replaceAll: () =>
      inTurn(async () => {
        const file = await save(await gather())
        await volumes.write(() => thinSelfBackups(folder, { keep: 1, reached }))
        return file
      }),
    look: () => inTurn(() => lookOnce().catch(fail)),
  }
}

/** What the newest file that opens says; a start of the box is no change. */
async function newestSaved(folder: string, serverSecret: Buffer): Promise<WatchState['saved']> {
  const [newest] = await listSelfBackups(folder)
  if (newest === undefined) return undefined
  try {
    const document = readBoxDocument(await openSelfBackup(newest, serverSecret))
    return { print: documentPrint(document, dumpedTables), atMs: document.madeAtMs }
  } catch {
    return undefined // it is of no use: a new one is made at once
  }
}

function settingsText(dataFolder: string): string | undefined {
  const file = join(dataFolder, 'holdfast.env')
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
