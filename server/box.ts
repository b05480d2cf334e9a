import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { claimForBox } from './database/box-record.ts'
import { type Database, openDatabase } from './database/database.ts'
import type { DatabaseAddress } from './database/database-address.ts'
import { checkDatabase } from './database/database-check.ts'
import { takeDatabaseLock } from './database/database-lock.ts'
import { checkDurability } from './database/durability.ts'
import { ensureDatabase } from './database/ensure-database.ts'
import { openPrivateMariaDb } from './database/mariadb/private-mariadb.ts'
import { migrate } from './database/migrator.ts'
import { diskCheck } from './health/disk-check.ts'
import { type Readiness, readinessOf } from './health/readiness.ts'
import { settleBoxKey } from './key-care/settle-box-key.ts'
import { demandNoRecovery } from './recovery/recovery-marker.ts'
import type { Clock } from './runtime/clock.ts'
import { getBoxId, isNewDataFolder, openDataFolder } from './runtime/data-folder.ts'
import { takeDataLock } from './runtime/data-lock.ts'
import type { Id } from './runtime/ids.ts'
import { openMasterKey } from './runtime/master-key.ts'
import { openLog } from './runtime/open-log.ts'
import type { Randomness } from './runtime/randomness.ts'
import type { ReachedPoint } from './storage-volumes/crash-points.ts'
import { folderPath, ownFolder } from './storage-volumes/places-file.ts'
import { giveUpReserveWhenFull } from './storage-volumes/reserve-file.ts'
import { type Authority, openAuthority } from './tls/authority.ts'

/**
 * A data folder, held by this process alone, with its keys and its database open and migrated: what `serve` and the commands of
 * a box that does not run stand on. Closing it undoes the opening in reverse order, the database's process last.
 */
export type Box = AsyncDisposable & {
  readonly config: Config
  readonly dataFolder: string
  readonly boxId: Id<'box'>
  readonly masterKey: Buffer
  readonly authority: Authority
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Logger
  readonly readiness: Readiness
  readonly reached: ReachedPoint
  readonly moveGraceMs: number | undefined
  readonly restart: (() => void) | undefined
  /** Known once it listens. */
  readonly listening: { port: number | undefined }
}

/** What the box takes from the machine it runs on. */
export type Machine = {
  readonly clock: Clock
  readonly randomness: Randomness
  /** `PATH`: where the database's program is looked for. */
  readonly searchPath: string
  readonly temporaryFolders: readonly string[]
  readonly memoryBytes: number
  readonly isRoot: boolean
  readonly terminal: (line: string) => void
  /** Nothing happens there, but in the torture suite's own program. */
  readonly reached: ReachedPoint
  /** For how long a move leaves its old files to their readers, where nobody waits that long. */
  readonly moveGraceMs?: number | undefined
  /** Asks whoever runs the box to close it and open it again; undefined where nobody does. */
  readonly restart?: (() => void) | undefined
}

export const migrationsFolder = join(import.meta.dirname, '..', 'migrations')

/** `onTaken`: another server got hold of the database while its connection was lost; this one must end. */
export async function openBox(options: {
  readonly config: Config
  readonly machine: Machine
  readonly onTaken: () => void
  /** By the recovery itself: until its end nobody else opens what is still half a box. */
  readonly isRecovering?: true
}): Promise<Box> {
  const { config, machine } = options
  const { clock, randomness } = machine
  await using opened = new AsyncDisposableStack()

  const dataFolder = openDataFolder(config.dataFolder)
  if (options.isRecovering !== true) demandNoRecovery(dataFolder)
  await giveUpReserveWhenFull(folderPath(dataFolder, ownFolder))
  const dataLock = await takeDataLock(dataFolder, randomness)
  opened.defer(() => dataLock.release())
  const { log, close: closeLog } = openLog({ dataFolder, level: config.logLevel, terminal: machine.terminal })
  opened.defer(closeLog)
  for (const name of config.unknownSettings) log.warn({ name }, 'not a setting of this version; it has no effect')

  // The box's id is made last, so that a first start that was cut off may still make the key.
  const keyInFile = openMasterKey({ file: config.masterKeyFile, mayCreate: isNewDataFolder(dataFolder), randomness })
  const boxId = getBoxId(dataFolder, randomness)
  const authority = await openAuthority({ folder: join(dataFolder, 'tls'), boxId, clock })

  const address = config.databaseUrl ?? (await openPrivateServer(opened, { dataFolder, machine, log }))
  if (config.databaseUrl !== undefined) await ensureDatabase(address)
  const database = openDatabase({ address, randomness })
  opened.defer(() => database.close())
  await checkDurability(database.kysely)
  const databaseLock = await takeDatabaseLock({ address, boxId, log, onTaken: options.onTaken })
  opened.defer(() => databaseLock.release())
  await claimForBox(database.kysely, boxId)
  const { applied } = await migrate({ kysely: database.kysely, folder: migrationsFolder, clock })
  if (applied.length > 0) log.info({ applied }, 'database migrated')

  const { masterKeyFile } = config
  const { reached } = machine
  const settling = { database, dataFolder, masterKeyFile, masterKey: keyInFile, clock, randomness, log, reached }
  const masterKey = await settleBoxKey(settling)
  const readiness = readinessOf({
    database: () => checkDatabase(database.kysely, databaseLock),
    disk: diskCheck(dataFolder),
  })
  const closing = opened.move()
  return {
    config,
    dataFolder,
    boxId,
    masterKey,
    authority,
    database,
    clock,
    randomness,
    log,
    readiness,
    reached: machine.reached,
    moveGraceMs: machine.moveGraceMs,
    restart: machine.restart,
    listening: { port: undefined },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

type PrivateServer = { readonly dataFolder: string; readonly machine: Machine; readonly log: Logger }

async function openPrivateServer(
  opened: AsyncDisposableStack,
  { dataFolder, machine, log }: PrivateServer,
): Promise<DatabaseAddress> {
  const server = opened.use(
    await openPrivateMariaDb({
      dataFolder,
      searchPath: machine.searchPath,
      temporaryFolders: machine.temporaryFolders,
      memoryBytes: machine.memoryBytes,
      isRoot: machine.isRoot,
      clock: machine.clock,
      log: log.child({ part: 'database' }),
    }),
  )
  return server.address
}
