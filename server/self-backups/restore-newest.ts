/**
 * The people side out of the newest self-backup that can be used, into a database that has nobody in it. Files are not touched; what is
 * known of them comes back with `rebuild`.
 */

import { existsSync } from 'node:fs'
import type { Database } from '../database/database.ts'
import { forgetInstances } from '../devices/devices-table.ts'
import { openServerSecret, serverSecretFile } from '../recovery-kits/server-secret.ts'
import type { Clock } from '../runtime/clock.ts'
import { type BoxDocument, readBoxDocument } from './box-document.ts'
import { dumpedTables } from './dumped-tables.ts'
import { raiseClosureEpochs, restoreTables } from './people-dump-table.ts'
import { SelfBackupError } from './self-backup-error.ts'
import { listSelfBackups, openSelfBackup, type SelfBackupFile, selfFolder } from './self-backup-file.ts'

export type RestoredPeople =
  | { readonly kind: 'restored'; readonly number: number; readonly madeAtMs: number; readonly rows: number }
  /** There is no self-backup in the data folder. */
  | { readonly kind: 'none' }
  /** There are users or customers: nothing was changed. */
  | { readonly kind: 'people-present' }

/** @throws SelfBackupError `damaged` or `wrong-key` when there are some and none of them opens, `newer-program` */
export async function restoreNewestSelfBackup(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly masterKey: Buffer
  readonly clock: Clock
}): Promise<RestoredPeople> {
  const { database, dataFolder, clock } = options
  const files = await listSelfBackups(selfFolder(dataFolder))
  if (files.length === 0 || !existsSync(serverSecretFile(dataFolder))) return { kind: 'none' }
  const secret = openServerSecret({ ...options, randomness: noRandomness })
  const { file, document } = await newestDocument(files, secret)
  try {
    const rows = await restorePeople({ database, document, nowMs: clock.now() })
    return { kind: 'restored', number: file.number, madeAtMs: document.madeAtMs, rows }
  } catch (error) {
    if (error instanceof SelfBackupError && error.fault === 'people-present') return { kind: 'people-present' }
    throw error
  }
}

/** In one transaction. Sessions of agents begin anew: whatever instance a computer shows first is taken. */
export function restorePeople(given: { readonly database: Database; readonly document: BoxDocument; readonly nowMs: number }) {
  const { database, document, nowMs } = given
  return database.transaction(async (transaction) => {
    const rows = await restoreTables(transaction, document.tables, dumpedTables)
    await forgetInstances(transaction)
    await raiseClosureEpochs(transaction, nowMs)
    return rows
  })
}

/**
 * One that is damaged does not hide those before it; a code that is not theirs does not open those either.
 * @throws SelfBackupError of the newest when none opens
 */
export async function newestDocument(
  files: readonly SelfBackupFile[],
  serverSecret: Buffer,
): Promise<{ readonly file: SelfBackupFile; readonly document: BoxDocument; readonly passedOver: readonly SelfBackupFile[] }> {
  let failure: unknown = new SelfBackupError('absent', 'There is no self-backup.')
  const passedOver: SelfBackupFile[] = []
  for (const file of files) {
    try {
      return { file, document: readBoxDocument(await openSelfBackup(file, serverSecret)), passedOver }
    } catch (error) {
      if (!(error instanceof SelfBackupError) || error.fault === 'newer-program') throw error
      if (passedOver.length === 0) failure = error
      passedOver.push(file)
    }
  }
  throw failure
}

const noRandomness = {
  bytes: () => {
    throw new Error('a secret that is there is not made')
  },
}
