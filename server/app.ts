/**
 * The appliance's HTTP application: one frame (ids, headers, origin, rights, bodies, errors) around the routes of every noun.
 * It knows no configuration and opens nothing; the composition root (main.ts) hands in what the routes need.
 */
import { methodNotAllowed } from 'hono/method-not-allowed'
import type { PageContext } from '../views/site.ts'
import { type AccountCookie, accountCookieBy } from './accounts/account-cookie.ts'
import { accountsRoutes } from './accounts/accounts-routes.ts'
import { activityApiRoutes } from './activity/activity-api-routes.ts'
import { activityPagesRoutes } from './activity/activity-pages-routes.ts'
import { agentUploadRoutes } from './agent-api/agent-upload-routes.ts'
import { demandProtocol } from './agent-api/protocol.ts'
import { alarmsPageRoutes } from './alarms/alarms-page-routes.ts'
import { alarmsRoutes } from './alarms/alarms-routes.ts'
import { auditApiRoutes } from './audit/audit-api-routes.ts'
import { auditRoutes } from './audit/audit-routes.ts'
import { noteOrders } from './audit/note-orders.ts'
import { switchApiRoutes, switchPagesRoutes } from './backup-switches/switch-routes.ts'
import { basketsRoutes } from './baskets/baskets-routes.ts'
import type { Care } from './care.ts'
import { checkRoutes } from './checks/check-routes.ts'
import type { ChoresService } from './chores/chores-service.ts'
import { jobsRoutes } from './chores/jobs-routes.ts'
import { storageRoutes } from './chores/storage-routes.ts'
import { copiesApiRoutes } from './copies/copies-api-routes.ts'
import { copiesRoutes } from './copies/copies-routes.ts'
import type { CopiesSide } from './copies-side.ts'
import { accountPagesRoutes } from './customers/account-pages-routes.ts'
import { customersPagesRoutes } from './customers/customers-pages-routes.ts'
import { customersRoutes } from './customers/customers-routes.ts'
import { exportRoutes } from './customers/export/export-routes.ts'
import { agentDeviceRoutes } from './devices/agent-device-routes.ts'
import type { AgentAddress } from './devices/agent-steps.ts'
import { computersRoutes } from './devices/computers-routes.ts'
import { createComputersService } from './devices/computers-service.ts'
import { connectRoutes } from './devices/connect-routes.ts'
import { devicesRoutes } from './devices/devices-routes.ts'
import { manageRoutes } from './devices/manage-routes.ts'
import type { DevicesSide } from './devices-side.ts'
import { drillsApiRoutes } from './drills/drills-api-routes.ts'
import { drillsRoutes } from './drills/drills-routes.ts'
import type { DrillsService } from './drills/drills-service.ts'
import { addComputerRoutes } from './enrolments/add-computer-routes.ts'
import { enrolmentsRoutes } from './enrolments/enrolments-routes.ts'
import { fleetActsRoutes } from './fleet/fleet-acts-routes.ts'
import { createFleetActs } from './fleet/fleet-acts-service.ts'
import { fleetApiRoutes } from './fleet/fleet-api-routes.ts'
import { fleetRoutes } from './fleet/fleet-routes.ts'
import { overviewRoutes } from './fleet/overview-routes.ts'
import { glassRoutes } from './glass/glass-routes.ts'
import { noteGlassOpenings } from './glass/note-openings.ts'
import { healthRoutes } from './health/health-routes.ts'
import type { Readiness } from './health/readiness.ts'
import { homeRoutes } from './home/home-routes.ts'
import type { App, AppContext } from './http/app-environment.ts'
import { authorise, routesWithoutRule } from './http/authorisation.ts'
import { type ClientOf, clientBy } from './http/client.ts'
import { errorBoundary } from './http/error-boundary.ts'
import { identifyBy } from './http/identify.ts'
import { newRoutes } from './http/new-routes.ts'
import { Problem } from './http/problem.ts'
import { requestIds } from './http/request-id.ts'
import { refuseCrossSite } from './http/same-origin.ts'
import { setSecurityHeaders } from './http/security-headers.ts'
import { readSmallBodies } from './http/small-bodies.ts'
import type { StaticFiles } from './http/static-files.ts'
import { agentFingerprintRoutes } from './identities/agent-fingerprint-routes.ts'
import { invitationRoutes } from './invitations/invitation-routes.ts'
import { keyCarePagesRoutes } from './key-care/key-care-pages-routes.ts'
import { keyCareRoutes } from './key-care/key-care-routes.ts'
import type { KeyCareService } from './key-care/key-care-service.ts'
import { lettersRoutes } from './letters/letters-routes.ts'
import type { LettersSide } from './letters-side.ts'
import { settingsRoutes } from './mail/settings-routes.ts'
import { mailedLinkRoutes } from './mailed-links/mailed-link-routes.ts'
import type { ErrorManual } from './manual/error-manual.ts'
import { manualRoutes } from './manual/manual-routes.ts'
import { meRoutes } from './me/me-routes.ts'
import { proveRoutes } from './me/prove-routes.ts'
import { accountPeopleRoutes } from './members/account-people-routes.ts'
import { staffRoutes } from './members/staff-routes.ts'
import { movesRoutes } from './moves/moves-routes.ts'
import { type OpenApiDocument, openApiDocument, registerSecuritySchemes } from './openapi/openapi-document.ts'
import { openApiRoutes } from './openapi/openapi-routes.ts'
import { ordersPagesRoutes } from './orders/orders-pages-routes.ts'
import { ordersRoutes } from './orders/orders-routes.ts'
import { outboxRoutes } from './outbox/outbox-routes.ts'
import type { People } from './people.ts'
import { planEditsRoutes } from './plan-edits/plan-edits-routes.ts'
import { plansPagesRoutes } from './plans/plans-pages-routes.ts'
import { plansRoutes } from './plans/plans-routes.ts'
import type { PlansSide } from './plans-side.ts'
import { previewsRoutes } from './previews/previews-routes.ts'
import { pruneRoutes } from './prune/prune-routes.ts'
import type { RebuildService } from './rebuild/rebuild-service.ts'
import { recoveryKitRoutes } from './recovery-kits/recovery-kit-routes.ts'
import type { RecoverySide } from './recovery-side.ts'
import { restoreOrdersRoutes } from './restore-orders/restore-orders-routes.ts'
import { restoresPagesRoutes } from './restore-orders/restores-pages-routes.ts'
import { admitPeople } from './restores/admit-people.ts'
import { basketDownloadRoutes } from './restores/basket-download-routes.ts'
import { createDownloads } from './restores/downloads.ts'
import { downloadsRoutes } from './restores/downloads-routes.ts'
import type { RestoresSide } from './restores-side.ts'
import { keptPagesRoutes } from './retention/kept-pages-routes.ts'
import { retentionRoutes } from './retention/retention-routes.ts'
import { rulesPagesRoutes } from './retention/rules-pages-routes.ts'
import { versionButtonsRoutes } from './retention/version-buttons-routes.ts'
import type { RetentionSide } from './retention-side.ts'
import type { Clock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Randomness } from './runtime/randomness.ts'
import { agentSearchRoutes } from './search/agent-search-routes.ts'
import { changesRoutes } from './search/changes-routes.ts'
import { historyRoutes } from './search/history-routes.ts'
import { restoreRoutes } from './search/restore-routes.ts'
import { searchApiRoutes } from './search/search-api-routes.ts'
import { secondFactorRoutes } from './second-factors/second-factor-routes.ts'
import { recoveryPageRoutes } from './self-backups/recovery-page-routes.ts'
import { type SessionCookie, sessionCookieBy } from './sessions/session-cookie.ts'
import { sessionsApiRoutes } from './sessions/sessions-api-routes.ts'
import { sessionsRoutes } from './sessions/sessions-routes.ts'
import { setupRoutes } from './setup/setup-routes.ts'
import { sendFilesRoutes } from './shares/send-files-routes.ts'
import { shareOriginBy } from './shares/share-origin.ts'
import { sharePublicRoutes } from './shares/share-public-routes.ts'
import { sharesRoutes } from './shares/shares-routes.ts'
import { sharingRoutes } from './shares/sharing-routes.ts'
import { sharingSettingsRoutes } from './shares/sharing-settings-routes.ts'
import type { SharesSide } from './shares-side.ts'
import { versionsRoutes } from './snapshots/versions-routes.ts'
import { accountPlanRoutes } from './subscriptions/account-plan-routes.ts'
import { licenceApiRoutes } from './subscriptions/licence-api-routes.ts'
import { subscriptionPagesRoutes } from './subscriptions/subscription-pages-routes.ts'
import { subscriptionsRoutes } from './subscriptions/subscriptions-routes.ts'
import { jobsPagesRoutes } from './told-jobs/jobs-pages-routes.ts'
import type { Uploads } from './uploads.ts'
import { usageRoutes } from './usage/usage-routes.ts'
import { usersRoutes } from './users/users-routes.ts'
import { versionNotesApiRoutes } from './version-notes/version-notes-api-routes.ts'
import { versionNotesRoutes } from './version-notes/version-notes-routes.ts'
import { webhooksRoutes } from './webhooks/webhooks-routes.ts'

export interface Dependencies {
  readonly log: Log
  readonly randomness: Randomness
  readonly clock: Clock
  /** Of the program, for the API's description. */
  readonly version: string
  /** The box's id: it goes into the names of cookies. */
  readonly instanceId: string
  readonly publicUrl: string | undefined
  /** Addresses and networks of proxies whose forwarding headers are believed. */
  readonly trustedProxy: readonly string[]
  readonly readiness: Readiness
  readonly people: People
  readonly lettersSide: LettersSide
  readonly devicesSide: DevicesSide
  readonly uploads: Uploads
  readonly care: Care & { readonly chores: ChoresService }
  readonly recoverySide: RecoverySide
  readonly keyCare: KeyCareService
  readonly rebuild: Pick<RebuildService, 'findHold' | 'confirm'>
  readonly retentionSide: RetentionSide
  readonly drills: DrillsService
  readonly restoresSide: RestoresSide
  readonly plansSide: PlansSide
  readonly copiesSide: CopiesSide
  readonly sharesSide: SharesSide
  readonly errorManual: ErrorManual
  readonly staticFiles: StaticFiles
  /** Of the box's own authority, when this box's certificate comes from it: agents are told to expect it. */
  readonly agentPin: string | undefined
  /** What every page carries besides its own content: where its files lie, and for whom it is written. */
  readonly pageContext: (c: AppContext) => PageContext
}

type ApiServices = People &
  DevicesSide &
  Pick<Care, 'alarms'> &
  RetentionSide &
  RestoresSide &
  PlansSide &
  SharesSide &
  Pick<LettersSide, 'boxAddress'> &
  CopiesSide & { readonly chores: ChoresService; readonly drills: DrillsService } & {
    readonly uploads: Uploads
    readonly keyCare: KeyCareService
  }

/** What routes of the frame share, made once. */
interface Shared {
  readonly instanceId: string
  readonly agentAddress: AgentAddress
  readonly clientOf: ClientOf
  readonly cookie: SessionCookie
  readonly accountCookie: AccountCookie
}

function shareWith(given: Pick<Dependencies, 'trustedProxy' | 'instanceId' | 'publicUrl' | 'agentPin'>): Shared {
  const { trustedProxy, instanceId, publicUrl, agentPin } = given
  const clientOf = clientBy(trustedProxy)
  return {
    instanceId,
    agentAddress: { publicUrl, pin: agentPin },
    clientOf,
    cookie: sessionCookieBy({ instanceId, clientOf }),
    accountCookie: accountCookieBy({ instanceId, clientOf }),
  }
}

export function createApp(dependencies: Dependencies): App {
  const app = newRoutes()
  const shared = shareWith(dependencies)
  frame(app, dependencies, shared)
  mountRoutes(app, dependencies, shared)
  const forgotten = routesWithoutRule(app)
  if (forgotten.length > 0) throw new Error(`routes without a row in route-rules.ts: ${forgotten.join(', ')}`)
  return app
}

/** One line per noun. */
function mountRoutes(app: App, dependencies: Dependencies, shared: Shared): void {
  const { people, version, pageContext } = dependencies
  let made: OpenApiDocument | undefined
  const document = () => {
    made ??= openApiDocument(app, { version })
    return made
  }
  app.route('/', healthRoutes(dependencies))
  app.route('/', manualRoutes(dependencies))
  app.route('/', openApiRoutes({ document, pageContext }))
  app.route('/', setupRoutes({ ...people, ...shared, pageContext }))
  app.route('/', sessionsRoutes({ ...people, ...shared, pageContext }))
  app.route('/', invitationRoutes({ ...people, ...shared, pageContext }))
  app.route('/', mailedLinkRoutes({ ...people, ...shared, pageContext }))
  app.route('/', meRoutes({ ...people, ...shared, pageContext }))
  app.route('/', proveRoutes({ ...people, ...shared, pageContext }))
  app.route('/', secondFactorRoutes({ ...people, ...shared, pageContext }))
  app.route('/', staffRoutes({ ...people, ...shared, publicUrl: dependencies.publicUrl, pageContext }))
  app.route('/', accountPeopleRoutes({ ...people, ...shared, publicUrl: dependencies.publicUrl, pageContext }))
  app.route('/', glassRoutes({ ...people, ...shared, pageContext }))
  mountPages(app, dependencies, shared)
  const { devicesSide, care, uploads, keyCare, retentionSide, copiesSide, sharesSide, lettersSide, drills } = dependencies
  mountApi(
    app,
    {
      ...people,
      ...devicesSide,
      ...care,
      ...retentionSide,
      ...dependencies.restoresSide,
      ...dependencies.plansSide,
      ...copiesSide,
      ...sharesSide,
      ...lettersSide,
      uploads,
      keyCare,
      drills,
    },
    shared,
  )
}

/** The dashboard. */
function mountPages(app: App, dependencies: Dependencies, shared: Shared): void {
  const { log, people, devicesSide, care, staticFiles, pageContext } = dependencies
  const computers = createComputersService(devicesSide)
  const services = {
    ...people,
    ...devicesSide,
    ...care,
    volumes: dependencies.uploads.volumes,
    moves: dependencies.uploads.moves,
    drills: dependencies.drills,
    ...dependencies.recoverySide,
    ...shared,
    computers,
    pageContext,
  }
  app.route('/', staticFiles.routes())
  app.route('/', homeRoutes({ ...services, ...dependencies.copiesSide }))
  app.route('/', accountsRoutes(services))
  app.route('/', fleetRoutes(services))
  app.route('/', usageRoutes(services))
  app.route('/', customersPagesRoutes({ ...services, ...dependencies.copiesSide, publicUrl: dependencies.publicUrl }))
  app.route('/', accountPagesRoutes(services))
  app.route('/', exportRoutes({ ...services, log }))
  app.route('/', auditRoutes({ ...services, log }))
  app.route('/', fleetActsRoutes({ ...services, fleetActs: createFleetActs({ ...services, ...dependencies.retentionSide }) }))
  // Before the page of one computer: `add` is no id.
  app.route('/', addComputerRoutes(services))
  app.route('/', computersRoutes({ ...services, ...dependencies.retentionSide }))
  app.route('/', manageRoutes({ ...services, ...dependencies.retentionSide, clock: dependencies.clock }))
  app.route('/', activityPagesRoutes({ ...services, ...dependencies.restoresSide }))
  app.route('/', ordersPagesRoutes(services))
  app.route('/', restoresPagesRoutes({ ...services, ...dependencies.restoresSide }))
  app.route('/', jobsPagesRoutes(services))
  app.route('/', switchPagesRoutes(services))
  app.route('/', restoreRoutes(services))
  app.route('/', historyRoutes({ ...services, ...dependencies.retentionSide }))
  app.route('/', changesRoutes({ ...services, ...dependencies.retentionSide }))
  app.route('/', versionsRoutes({ ...services, ...dependencies.retentionSide }))
  app.route('/', versionNotesRoutes({ ...services, ...dependencies.retentionSide }))
  app.route('/', drillsRoutes(services))
  app.route('/', keptPagesRoutes({ ...services, ...dependencies.retentionSide }))
  app.route('/', versionButtonsRoutes({ ...services, ...dependencies.retentionSide }))
  const ofPlans = { ...services, ...dependencies.plansSide }
  app.route('/', accountPlanRoutes(ofPlans))
  app.route('/', subscriptionPagesRoutes(ofPlans))
  app.route('/', plansPagesRoutes(ofPlans))
  app.route('/', planEditsRoutes(ofPlans))
  app.route('/', rulesPagesRoutes({ ...services, ...dependencies.retentionSide }))
  app.route('/', basketsRoutes(services))
  const downloads = createDownloads({ log, admit: admitPeople(), traffic: dependencies.uploads.traffic })
  app.route('/', downloadsRoutes({ ...services, downloads }))
  app.route('/', basketDownloadRoutes({ ...services, downloads }))
  app.route('/', previewsRoutes({ ...services, downloads }))
  const ofShares = {
    ...services,
    ...dependencies.sharesSide,
    rules: dependencies.sharesSide.shareRules,
    door: dependencies.sharesSide.shareDoor,
    shareOrigin: shareOriginBy({ ...dependencies.lettersSide, ...shared }),
    log,
  }
  app.route('/', sharingRoutes(ofShares))
  app.route('/', sharingSettingsRoutes(ofShares))
  app.route('/', sharePublicRoutes({ ...ofShares, traffic: dependencies.uploads.traffic }))
  app.route('/', sendFilesRoutes(ofShares))
  app.route('/', alarmsPageRoutes(services))
  app.route('/', jobsRoutes(services))
  app.route('/', overviewRoutes({ ...services, ...dependencies.lettersSide }))
  app.route('/', storageRoutes({ ...services, rebuild: dependencies.rebuild }))
  app.route('/', movesRoutes(services))
  app.route('/', copiesRoutes({ ...services, ...dependencies.copiesSide }))
  app.route('/', recoveryKitRoutes(services))
  app.route('/', recoveryPageRoutes(services))
  app.route('/', checkRoutes(services))
  app.route(
    '/',
    pruneRoutes({ ...services, prune: dependencies.uploads.prune, listRepositories: dependencies.uploads.listRepositories }),
  )
  app.route('/', settingsRoutes({ ...services, ...dependencies.lettersSide }))
  app.route('/', lettersRoutes({ ...services, ...dependencies.lettersSide }))
  app.route('/', webhooksRoutes({ ...services, ...dependencies.lettersSide }))
  app.route('/', outboxRoutes({ ...services, ...dependencies.lettersSide, isMailSetUp: dependencies.lettersSide.mail.isSetUp }))
  app.route('/', keyCarePagesRoutes({ ...services, keyCare: dependencies.keyCare }))
}

/** The routes that the OpenAPI document describes. */
function mountApi(app: App, services: ApiServices, shared: Shared): void {
  app.use('/api/agent/v1/*', demandProtocol())
  registerSecuritySchemes(app)
  app.route('/', sessionsApiRoutes({ ...services, ...shared }))
  app.route('/', usersRoutes(services))
  app.route('/', customersRoutes({ ...services, ...shared }))
  app.route('/', auditApiRoutes(services))
  app.route('/', plansRoutes({ ...services, ...shared }))
  app.route('/', licenceApiRoutes({ ...services, ...shared }))
  app.route('/', subscriptionsRoutes(services))
  app.route('/', switchApiRoutes({ ...services, ...shared }))
  app.route('/', connectRoutes({ ...services, ...shared }))
  app.route('/', agentDeviceRoutes({ ...services, ...shared }))
  app.route('/', agentFingerprintRoutes({ ...services, ...shared }))
  app.route('/', agentUploadRoutes({ ...services, ...shared }))
  app.route('/', fleetApiRoutes(services))
  app.route('/', devicesRoutes({ ...services, ...shared }))
  app.route('/', enrolmentsRoutes({ ...services, ...shared }))
  app.route('/', retentionRoutes({ ...services, ...shared }))
  app.route('/', versionNotesApiRoutes({ ...services, ...shared }))
  app.route('/', drillsApiRoutes({ ...services, ...shared }))
  app.route('/', alarmsRoutes(services))
  app.route('/', keyCareRoutes({ ...services, ...shared }))
  app.route('/', copiesApiRoutes({ ...services, ...shared }))
  app.route('/', activityApiRoutes(services))
  app.route('/', ordersRoutes({ ...services, ...shared }))
  app.route('/', restoreOrdersRoutes({ ...services, ...shared }))
  app.route('/', agentSearchRoutes(services))
  app.route('/', sharesRoutes({ ...services, ...shared, shareOrigin: shareOriginBy({ ...services, ...shared }) }))
  app.route('/', searchApiRoutes(services))
}

/** The description of the API without an app that serves it, for `holdfast openapi`. */
export function describeApi(services: ApiServices, version: string): OpenApiDocument {
  const app = newRoutes()
  mountApi(app, services, shareWith({ trustedProxy: [], instanceId: '', publicUrl: undefined, agentPin: undefined }))
  return openApiDocument(app, { version })
}

/** The order matters: rights are known before a byte of the body is read, and every answer, errors too, carries id and headers. */
function frame(app: App, dependencies: Dependencies, { clientOf, cookie, accountCookie }: Shared): void {
  const { log, randomness, publicUrl, pageContext, people, devicesSide } = dependencies
  const boundary = errorBoundary({ log, pageContext })
  const refuseMethod = (c: AppContext, allowed: string[]) =>
    boundary.answer(c, new Problem('HF-METHOD-NOT-ALLOWED', { headers: { allow: allowed.join(', ') } }))
  const identify = identifyBy({
    cookie,
    findSession: people.sessions.find,
    findToken: people.tokens.find,
    findDevice: devicesSide.devices.authenticate,
  })
  app.onError(boundary.onError)
  app.notFound(boundary.notFound)
  app.use(requestIds(randomness), setSecurityHeaders())
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }))
  app.use(refuseCrossSite({ publicUrl }), authorise(identify), accountCookie.read())
  app.use(noteGlassOpenings({ glass: people.glass, snapshots: devicesSide.snapshots, clientOf }), readSmallBodies())
  app.use(noteOrders({ audit: people.audit, clientOf }))
}
