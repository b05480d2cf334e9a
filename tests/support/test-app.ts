import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../server/app.ts'
import { type Care, createCare } from '../../server/care.ts'
import { choreList } from '../../server/chore-list.ts'
import type { Chore } from '../../server/chores/chore.ts'
import { type ChoresService, createChoresService } from '../../server/chores/chores-service.ts'
import type { CopiesService } from '../../server/copies/copies-service.ts'
import { createFindOtherCopy } from '../../server/copies/find-other-copy.ts'
import { createCopiesSide } from '../../server/copies-side.ts'
import { createEnding, type EndingService } from '../../server/customers/ending/ending-service.ts'
import { createDevicesSide, type DevicesSide } from '../../server/devices-side.ts'
import { createDrills, type DrillsService } from '../../server/drills/drills-service.ts'
import type { App } from '../../server/http/app-environment.ts'
import { pageContextBy } from '../../server/http/page-context.ts'
import { openStaticFiles } from '../../server/http/static-files.ts'
import { createKeyCare, type KeyCareService } from '../../server/key-care/key-care-service.ts'
import { createLettersSide, type LettersSide } from '../../server/letters-side.ts'
import { openErrorManual } from '../../server/manual/error-manual.ts'
import { createPeople, type People } from '../../server/people.ts'
import { createPlansSide, type PlansSide } from '../../server/plans-side.ts'
import { createRebuild, type RebuildService } from '../../server/rebuild/rebuild-service.ts'
import { createRecordsService, type RecordsService } from '../../server/records/records-service.ts'
import { createRecoverySide, type RecoverySide } from '../../server/recovery-side.ts'
import { createRepositories, type Repositories } from '../../server/repositories/repositories-service.ts'
import { createRestoresSide, type RestoresSide } from '../../server/restores-side.ts'
import { createRetentionSide, type RetentionSide } from '../../server/retention-side.ts'
import { movableClock } from '../../server/runtime/clock.ts'
import { type Id, parseId } from '../../server/runtime/ids.ts'
import { type Log, silentLog } from '../../server/runtime/log.ts'
import { systemRandomness } from '../../server/runtime/randomness.ts'
import { createSharesSide, type SharesSide } from '../../server/shares-side.ts'
import { nothingAtPoints } from '../../server/storage-volumes/crash-points.ts'
import { createUploads, type Uploads, type UploadsOptions } from '../../server/uploads.ts'
import { createWorkerPool, type WorkerPool } from '../../server/worker-pool/worker-pool.ts'
import { type TestDatabase, testDatabase } from './test-database.ts'

/** Where a flush to the disk costs nothing. */
const memoryFolder = '/dev/shm'

export const publicFolder = join(import.meta.dirname, '../../public')
export const errorPagesFolder = join(import.meta.dirname, '../../docs/user/errors')
const testBoxId = parseId('box', 'box_test2222222222222222')
export const startOfTests = Date.UTC(2026, 2, 14, 18, 2, 11)
export const goodPassword = 'four words on the quay'

export interface TestApp extends AsyncDisposable {
  readonly app: App
  readonly people: People
  readonly lettersSide: LettersSide
  readonly devicesSide: DevicesSide
  readonly repositories: Repositories
  readonly uploads: Uploads
  readonly recoverySide: RecoverySide
  readonly care: Care & { readonly chores: ChoresService }
  readonly rebuild: RebuildService
  readonly masterKey: Buffer
  readonly keyCare: KeyCareService
  readonly copies: CopiesService
  readonly ending: EndingService
  readonly drills: DrillsService
  readonly retention: RetentionSide['retention']
  readonly versionNotes: RetentionSide['versionNotes']
  readonly plansSide: PlansSide
  readonly sharesSide: SharesSide
  readonly restoresSide: RestoresSide
  readonly records: RecordsService
  readonly pool: WorkerPool
  readonly dataFolder: string
  readonly database: TestDatabase
  readonly clock: ReturnType<typeof movableClock>
  /** Customers for whom a repository was asked. */
  readonly askedRepositories: readonly Id<'cus'>[]
}

/** The whole HTTP application over a fresh database, without a socket. */
export async function testApp(
  options: {
    readonly log?: Log
    readonly trustedProxy?: readonly string[]
    readonly publicUrl?: string
    readonly uploads?: Partial<UploadsOptions>
    readonly letters?: Partial<Parameters<typeof createLettersSide>[0]>
    /** Made, when not given; removed in the end. */
    readonly dataFolder?: string
    /** Instead of the box's own. */
    readonly chores?: readonly Chore[]
    readonly createRepositoryForCustomer?: (customerId: Id<'cus'>) => Promise<void>
  } = {},
): Promise<TestApp> {
  const database = await testDatabase()
  const clock = movableClock(startOfTests)
  const askedRepositories: Id<'cus'>[] = []
  const { publicUrl } = options
  const dataFolder = options.dataFolder ?? mkdtempSync(join(existsSync(memoryFolder) ? memoryFolder : tmpdir(), 'holdfast-app-'))
  mkdirSync(join(dataFolder, 'keys'))
  const masterKey = systemRandomness.bytes(32)
  const common = { database, dataFolder, masterKey, clock, randomness: systemRandomness }
  const repositories = createRepositories(common)
  const log = options.log ?? silentLog
  const alarmsAndTime = createCare({ ...common, log })
  await alarmsAndTime.observedTime.start()
  const lettersSide = await createLettersSide({
    ...common,
    ...alarmsAndTime,
    log,
    smtpUrl: undefined,
    heartbeatUrl: undefined,
    timeZone: 'UTC',
    publicUrl,
    findListeningUrl: () => 'http://localhost',
    ...options.letters,
  })
  const people = await createPeople({
    ...common,
    ...lettersSide,
    timeZone: 'UTC',
    createRepositoryForCustomer: async (customerId) => {
      askedRepositories.push(customerId)
      await options.createRepositoryForCustomer?.(customerId)
      await repositories.createRepositoryForCustomer(customerId)
    },
  })
  const records = createRecordsService({ ...common, log })
  const pool = createWorkerPool()
  const devicesSide = createDevicesSide({ ...people, ...common, log, repositories, records, pool })
  const { openSecrets } = repositories
  const findOtherCopy = createFindOtherCopy({ database, log })
  const uploads = await createUploads({
    ...people,
    ...devicesSide,
    ...alarmsAndTime,
    ...common,
    records,
    openSecrets,
    pool,
    log,
    findOtherCopy,
    ...options.uploads,
  })
  const { reached = nothingAtPoints } = options.uploads ?? {}
  const copiesSide = createCopiesSide({
    ...common,
    ...alarmsAndTime,
    boxId: testBoxId,
    log,
    pool,
    uploads,
    findOtherCopy,
    reached,
  })
  const keyCare = createKeyCare({
    ...common,
    masterKeyFile: join(dataFolder, 'master.key'),
    restart: undefined,
    volumes: uploads.volumes,
    forgetSecrets: repositories.forgetSecrets,
    reached,
  })
  const retentionSide = createRetentionSide({
    ...people,
    ...devicesSide,
    ...common,
    repositories,
    timeZone: 'UTC',
    volumes: uploads.volumes,
    readObservedTime: alarmsAndTime.observedTime.read,
    log,
    reached,
  })
  const { retention } = retentionSide
  const restoresSide = createRestoresSide({
    ...devicesSide,
    ...lettersSide,
    ...common,
    repositories,
    ...retentionSide,
    timeZone: 'UTC',
    log,
  })
  const plansSide = createPlansSide({ ...people, ...devicesSide, ...common, retention })
  const sharesSide = createSharesSide({
    ...people,
    ...devicesSide,
    ...lettersSide,
    ...common,
    repositories,
    uploads,
    timeZone: 'UTC',
  })
  const recoverySide = createRecoverySide({
    ...common,
    boxId: testBoxId,
    authority: { certificatePem: 'certificate', keyPem: 'key', pin: 'pin' },
    log,
    addresses: [publicUrl ?? 'http://localhost'],
    volumes: uploads.volumes,
    alarms: alarmsAndTime.alarms,
    reached,
  })
  const rebuild = createRebuild({
    ...people,
    ...devicesSide,
    ...common,
    ...alarmsAndTime,
    retention,
    filters: uploads.filters,
    volumes: uploads.volumes,
    pool,
    log,
    reached,
  })
  const ending = createEnding({
    ...common,
    ...alarmsAndTime,
    ...recoverySide,
    volumes: uploads.volumes,
    forgetSecrets: repositories.forgetSecrets,
    log,
    reached,
  })
  const drills = createDrills({
    ...common,
    ...alarmsAndTime,
    ...devicesSide,
    repositories,
    records,
    traffic: uploads.traffic,
    timeZone: 'UTC',
    version: '0.0.0-test',
    log,
  })
  await drills.start()
  const chores = createChoresService({
    ...alarmsAndTime,
    database,
    clock,
    log,
    chores:
      options.chores ??
      choreList({
        ...people,
        ...devicesSide,
        ...alarmsAndTime,
        ...recoverySide,
        ...plansSide,
        ...copiesSide,
        ...lettersSide,
        isHeartbeatWanted: false,
        ending,
        drills,
        moves: uploads.moves,
        repair: uploads.repair,
        prune: uploads.prune,
        traffic: uploads.traffic,
        log,
        retention,
        clock,
        database,
        dataFolder,
        timeZone: 'UTC',
      }),
  })
  await chores.start()
  const care = { ...alarmsAndTime, chores }
  const staticFiles = await openStaticFiles(publicFolder)
  const app = createApp({
    log,
    randomness: systemRandomness,
    clock,
    version: '0.0.0-test',
    instanceId: 'box_test',
    publicUrl,
    trustedProxy: options.trustedProxy ?? [],
    readiness: { findFailing: async () => [] },
    people,
    lettersSide,
    devicesSide,
    uploads,
    care,
    rebuild,
    drills,
    recoverySide,
    keyCare,
    retentionSide,
    restoresSide,
    plansSide,
    copiesSide,
    sharesSide,
    errorManual: await openErrorManual(errorPagesFolder),
    staticFiles,
    agentPin: undefined,
    pageContext: pageContextBy({ clock, assets: staticFiles.prefix, zoneCookie: 'zone', timeZone: 'UTC', publicUrl }),
  })
  const close = async () => {
    await chores.stop()
    await devicesSide.lostMarker[Symbol.asyncDispose]()
    await devicesSide.thumbnails[Symbol.asyncDispose]()
    await devicesSide.searchIndex[Symbol.asyncDispose]()
    await pool[Symbol.asyncDispose]()
    await database.close()
    rmSync(dataFolder, { recursive: true })
  }
  return {
    app,
    people,
    lettersSide,
    devicesSide,
    repositories,
    uploads,
    care,
    recoverySide,
    rebuild,
    retention,
    versionNotes: retentionSide.versionNotes,
    restoresSide,
    plansSide,
    sharesSide,
    masterKey,
    keyCare,
    copies: copiesSide.copies,
    ending,
    drills,
    records,
    pool,
    dataFolder,
    database,
    clock,
    askedRepositories,
    [Symbol.asyncDispose]: close,
  }
}

export const helen = { email: 'helen@calder-rowe.example', name: 'Helen Calder', password: goodPassword }

/** A box that is set up: Helen is its administrator and the owner of its first customer. */
export async function setUpApp(options: Parameters<typeof testApp>[0] = {}) {
  const test = await testApp(options)
  const { user, customer } = await test.people.setup.setUpByCommand({ ...helen, customer: 'Office' })
  return { ...test, user, customer }
}

/** What a browser sends with a form of its own page. */
export function formRequest(
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): RequestInit {
  return {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { accept: 'text/html', origin: 'http://localhost', host: 'localhost', 'sec-fetch-site': 'same-origin', ...headers },
  }
}

/** The JSON of an answer, taken to be of a shape: the assertions that follow say whether it is. */
export async function bodyOf<Body>(response: Response): Promise<Body> {
  return (await response.json()) as Body
}

/** `name=value` of the cookies that an answer sets, as a browser sends them back. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ')
}
