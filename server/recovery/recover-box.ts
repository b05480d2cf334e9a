/**
 * From a copy of a box and the server's recovery kit to the same box in an empty data folder. First everything that takes hours, then the
 * keys, then the database: whatever it is broken off at, calling it again goes on, and the copy is only read.
 */
import { copyFile as copyWhole, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Box, type Machine, migrationsFolder, openBox } from '../box.ts'
import type { Config } from '../config.ts'
import { listMigrations } from '../database/migrator.ts'
import type { BoxDocument } from '../self-backups/box-document.ts'
import { newestDocument, restorePeople } from '../self-backups/restore-newest.ts'
import { SelfBackupError } from '../self-backups/self-backup-error.ts'
import { listSelfBackups, selfFolder } from '../self-backups/self-backup-file.ts'
import { syncFolder } from '../storage-volumes/durable-file.ts'
import { type CopiedRepositories, copyRepositories } from './copy-repositories.ts'
import { listSourceRepositories } from './list-source.ts'
import { putKeys } from './put-keys.ts'
import { RecoveryError } from './recovery-error.ts'
import { demandEmptyFolder, writeRecoveryMarker } from './recovery-marker.ts'

export interface Recovering {
  readonly from: string
  readonly serverSecret: Buffer
  readonly config: Config
  readonly machine: Machine
  readonly report: (line: string) => void
  readonly signal: AbortSignal
  /** Another server got hold of the database: this must end. */
  readonly onTaken: () => void
}

export interface RecoveredPeople {
  readonly boxId: string
  readonly selfBackup: number
  readonly madeAtMs: number
  /** Newer self-backups that could not be read. */
  readonly passedOver: number
  readonly copied: CopiedRepositories
}

/** The box, with its people and without what is known of its files: that is `rebuild`'s. The marker stays until it is done. */
export async function recoverBox(recovering: Recovering): Promise<{ readonly box: Box; readonly people: RecoveredPeople }> {
  const { from, serverSecret, config, machine, report, onTaken, signal } = recovering
  const { dataFolder } = config
  const files = await listSelfBackups(selfFolder(from))
  if (files.length === 0) throw new RecoveryError('source-wrong', `${selfFolder(from)} holds no self-backup of a box.`)
  await listSourceRepositories(from)
  const { file, document, passedOver } = await newestDocument(files, serverSecret)
  await demandKnownMigrations(document)
  const { boxId, madeAtMs } = document
  const marker = { from, boxId, number: file.number }
  demandEmptyFolder(dataFolder, marker)
  report(`The box ${boxId} as it was on ${new Date(madeAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC.`)
  writeRecoveryMarker(dataFolder, marker)
  machine.reached('recover:begun')

  const onProgress = progressLines(report)
  const copied = await copyRepositories({ from, dataFolder, signal, onProgress, reached: machine.reached })
  await copySelfBackups(from, dataFolder)
  putKeys({ ...config, document, serverSecret, randomness: machine.randomness })
  machine.reached('recover:keys-put')
  const box = await openBox({ config, machine, onTaken, isRecovering: true })
  try {
    await fillPeople(box, document)
    machine.reached('recover:people-committed')
  } catch (error) {
    await box[Symbol.asyncDispose]()
    throw error
  }
  return { box, people: { boxId, selfBackup: file.number, madeAtMs, passedOver: passedOver.length, copied } }
}

/** People who are there came with this recovery, before it was broken off, or with the box's own database, which is newer. */
async function fillPeople(box: Box, document: BoxDocument): Promise<void> {
  try {
    await restorePeople({ database: box.database, document, nowMs: box.clock.now() })
  } catch (error) {
    if (!(error instanceof SelfBackupError) || error.fault !== 'people-present') throw error
  }
}

/** Before hours of copying. @throws SelfBackupError `newer-program` */
async function demandKnownMigrations(document: BoxDocument): Promise<void> {
  const known = new Set((await listMigrations(migrationsFolder)).map(({ name }) => name))
  const unknown = document.migrations.find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new SelfBackupError('newer-program', `It was made by Holdfast ${document.version}, whose database has ${unknown}.`)
}

async function copySelfBackups(from: string, dataFolder: string): Promise<void> {
  const to = selfFolder(dataFolder)
  await mkdir(to, { recursive: true, mode: 0o700 })
  const there = new Set(await readdir(to))
  for (const { path } of await listSelfBackups(selfFolder(from))) {
    const name = path.slice(selfFolder(from).length + 1)
    if (!there.has(name)) await copyWhole(path, join(to, name))
  }
  await syncFolder(to)
}

/** A line for every percent: it goes to terminals and into logs. */
function progressLines(report: (line: string) => void) {
  let shown = -1
  return ({ bytes, totalBytes }: { readonly bytes: number; readonly totalBytes: number }) => {
    const percent = totalBytes === 0 ? 100 : Math.floor((bytes / totalBytes) * 100)
    if (percent === shown) return
    shown = percent
    report(`Copying the backups: ${percent} %, ${bytes} of ${totalBytes} bytes.`)
  }
}
