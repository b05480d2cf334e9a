/**
 * The devices' side of the box, put together: repositories and their keys, devices, versions, runs, the catalogue, the checks.
 * A part of the composition root, beside people.ts.
 */
import { type ActivityService, createActivityService } from './activity/activity-service.ts'
import { createAlarmsService } from './alarms/alarms-service.ts'
import { type BasketsService, createBasketsService } from './baskets/baskets-service.ts'
import type { CatalogueStaging } from './catalogue/catalogue.ts'
import { type CatalogueFill, createCatalogueFill } from './catalogue/fill-catalogue.ts'
import { createStaging } from './catalogue/staging-service.ts'
import { createCheckOverview, type ReadCheckOverview } from './checks/check-overview.ts'
import { type ChecksService, createChecks } from './checks/checks-service.ts'
import type { CustomersService } from './customers/customers-service.ts'
import type { Database } from './database/database.ts'
import { type Connect, createConnect } from './devices/connect-service.ts'
import { createDevicesService, type DevicesService } from './devices/devices-service.ts'
import { createEnrolments, type EnrolmentsService } from './enrolments/enrolments-service.ts'
import { createFleetService, type FleetService } from './fleet/fleet-service.ts'
import { createOverviewService, type OverviewService } from './fleet/overview-service.ts'
import { createIdentities, type IdentitiesService } from './identities/identities-service.ts'
import { createOrdersService, type OrdersService } from './orders/orders-service.ts'
import { createLostMarker, type LostMarker } from './plaintexts/lost-marker.ts'
import { createPlaintexts, type PlaintextsService } from './plaintexts/plaintexts-service.ts'
import { createThumbnailer } from './previews/thumbnailer.ts'
import { createThumbnails, type ThumbnailsService } from './previews/thumbnails-service.ts'
import { createProgressService, type ProgressService } from './progress/progress-service.ts'
import type { RecordsService } from './records/records-service.ts'
import { createDeviceSlots } from './repositories/device-slots.ts'
import type { Repositories } from './repositories/repositories-service.ts'
import { createRunReportsService, type RunReportsService } from './runs/run-reports-service.ts'
import { createRunsService, type RunsService } from './runs/runs-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Randomness } from './runtime/randomness.ts'
import { type AgentSearch, createAgentSearch } from './search/agent-search.ts'
import { type CompareVersions, createCompareVersions } from './search/compare-service.ts'
import { createDayVersions, type DayVersions } from './search/day-versions-service.ts'
import { createFileHistory, type FileHistoryService } from './search/history-service.ts'
import { createIndexRows } from './search/index-rows.ts'
import { createSearchIndex, defaultSearchBytes, type SearchIndex } from './search/search-index.ts'
import { createFileSearch, type FileSearch } from './search/search-service.ts'
import { createSkipsService, type SkipsService } from './skips/skips-service.ts'
import { createOpenVersionReader } from './snapshots/open-version-reader.ts'
import { createReadSnapshotBody, type ReadSnapshotBody } from './snapshots/snapshot-bodies.ts'
import { createSnapshotsService, type SnapshotsService } from './snapshots/snapshots-service.ts'
import type { OpenVersionReader } from './snapshots/version-reader.ts'
import { createStandingsService, type StandingsService } from './standings/standings-service.ts'
import { nothingAtPoints, type ReachedPoint } from './storage-volumes/crash-points.ts'
import type { SubscriptionsService } from './subscriptions/subscriptions-service.ts'
import { createToldJobsService, type ToldJobsService } from './told-jobs/told-jobs-service.ts'
import { createUsageService, type UsageService } from './usage/usage-service.ts'
import { createBlame } from './verification/blame-devices.ts'
import { createMarkFound, type MarkFound } from './verification/mark-found.ts'
import { createVerification, type VerificationService } from './verification/verification-service.ts'
import type { WorkerPool } from './worker-pool/worker-pool.ts'

export interface DevicesSide {
  readonly devices: DevicesService
  readonly connect: Connect
  readonly enrolments: EnrolmentsService
  readonly identities: IdentitiesService
  readonly snapshots: SnapshotsService
  readonly runs: RunsService
  readonly activity: ActivityService
  readonly orders: OrdersService
  readonly progress: ProgressService
  readonly runReports: RunReportsService
  readonly toldJobs: ToldJobsService
  readonly skips: SkipsService
  readonly baskets: BasketsService
  readonly standings: StandingsService
  readonly fleet: FleetService
  readonly overview: OverviewService
  readonly usage: UsageService
  readonly plaintexts: PlaintextsService
  readonly markFound: MarkFound
  readonly lostMarker: LostMarker
  readonly catalogue: CatalogueStaging
  readonly catalogueFill: CatalogueFill
  readonly agentSearch: AgentSearch
  readonly searchIndex: SearchIndex
  readonly fileSearch: FileSearch
  readonly fileHistory: FileHistoryService
  readonly dayVersions: DayVersions
  readonly compareVersions: CompareVersions
  readonly checks: ChecksService
  readonly verification: VerificationService
  readonly readCheckOverview: ReadCheckOverview
  readonly openVersionReader: OpenVersionReader
  readonly thumbnails: ThumbnailsService
  readonly readSnapshotBody: ReadSnapshotBody
}

export function createDevicesSide(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly pool: WorkerPool
  readonly records: RecordsService
  readonly repositories: Repositories
  readonly customers: CustomersService
  readonly subscriptions: SubscriptionsService
  /** What the names of files may take in memory. */
  readonly searchBytes?: number | undefined
  /** For the torture suite. */
  readonly reached?: ReachedPoint
}): DevicesSide {
  const reached = options.reached ?? nothingAtPoints
  const { openSecrets } = options.repositories
  const { locate } = options.records
  const deviceSlots = createDeviceSlots({ ...options, openSecrets })
  const alarms = createAlarmsService(options)
  const onBlamed = createBlame({ ...options, alarms })
  const markFound = createMarkFound({ ...options, onBlamed, reached })
  const lostMarker = createLostMarker({ ...options, openSecrets, markFound })
  const plaintexts = createPlaintexts({ ...options, locate, openSecrets, onLost: lostMarker.note })
  const catalogue = createStaging({ ...options, locate, openSecrets })
  const runs = createRunsService(options)
  const devices = createDevicesService({ ...options, deviceSlots, alarms, runs })
  const checks = createChecks({ ...options, plaintexts, openSecrets, alarms, onBlamed, reached })
  const verification = createVerification({ ...options, openSecrets, onBlamed, reached })
  const progress = createProgressService(options)
  const orders = createOrdersService({ ...options, onCancel: progress.askToStop })
  const readSnapshotBody = createReadSnapshotBody(options)
  const { clock, database, searchBytes: maxBytes = defaultSearchBytes } = options
  const compareVersions = createCompareVersions({ ...options, plaintexts })
  const searchIndex = createSearchIndex({ clock, maxBytes, rows: createIndexRows({ db: database.kysely }) })
  const fileSearch = createFileSearch({ database, index: searchIndex })
  return {
    devices,
    connect: createConnect({ ...options, deviceSlots, alarms }),
    enrolments: createEnrolments({ ...options, devices }),
    identities: createIdentities({ ...options, alarms }),
    snapshots: createSnapshotsService(options),
    runs,
    activity: createActivityService(options),
    orders,
    progress,
    runReports: createRunReportsService({ ...options, runs, orders, progress }),
    toldJobs: createToldJobsService({ ...options, orders }),
    skips: createSkipsService({ ...options, readSnapshotBody }),
    baskets: createBasketsService(options),
    standings: createStandingsService(options),
    fleet: createFleetService(options),
    overview: createOverviewService(options),
    usage: createUsageService(options),
    plaintexts,
    markFound,
    lostMarker,
    searchIndex,
    fileSearch,
    agentSearch: createAgentSearch({ database, fileSearch }),
    fileHistory: createFileHistory({ database, compare: compareVersions }),
    compareVersions,
    dayVersions: createDayVersions(options),
    catalogue,
    catalogueFill: createCatalogueFill({ ...options, catalogue }),
    checks,
    verification,
    readCheckOverview: createCheckOverview({ ...options, devices, checks, verification }),
    openVersionReader: createOpenVersionReader({ ...options, plaintexts }),
    thumbnails: createThumbnails({ thumbnailer: createThumbnailer() }),
    readSnapshotBody,
  }
}
