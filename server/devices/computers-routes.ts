/** The computers of an account, and each one with its versions. */
import { dayStartsOf } from '../../views/format/calendar.ts'
import { dateText } from '../../views/format/when.ts'
import { type ComputerPageProps, computerPage, type Identity, type VersionRow } from '../../views/pages/computer.ts'
import { type ComputerRow, computersPage, type GoneComputer } from '../../views/pages/computers.ts'
import type { PagerProps } from '../../views/partials/pager.ts'
import type { Reader } from '../../views/reader.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccount, openAccountOf } from '../accounts/account.ts'
import { isOff, type SwitchedOff } from '../backup-switches/backup-switch.ts'
import type { BackupSwitches } from '../backup-switches/backup-switches-service.ts'
import type { DeviceFault } from '../checks/device-fault.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { drillsPath } from '../drills/drill-paths.ts'
import { provedProps } from '../drills/drill-props.ts'
import type { DrillsService } from '../drills/drills-service.ts'
import { monthAsked, monthProps } from '../home/month.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath, computerPath, jobsPath, ordersPath, restoresPath, skippedPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { IdentitiesService } from '../identities/identities-service.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import { workProps } from '../progress/work-props.ts'
import { keptPath } from '../retention/retention-paths.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import type { RunsService } from '../runs/runs-service.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { planSwitchPath } from '../subscriptions/plan-paths.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { hidePaths } from '../text/hide-paths.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import type { VerificationService } from '../verification/verification-service.ts'
import { wordsProps } from '../version-notes/keep-props.ts'
import type { VersionNote } from '../version-notes/version-note.ts'
import type { VersionNotes } from '../version-notes/version-notes-service.ts'
import { type AgentAddress, agentStepsFor } from './agent-steps.ts'
import { type Computer, computerState } from './computer.ts'
import type { ComputersService } from './computers-service.ts'
import { type Device, formatDeviceNumber } from './device.ts'
import type { DevicesService } from './devices-service.ts'
import { managePath } from './manage-routes.ts'
import { boardText, systemText } from './system-text.ts'

const versionsPerPage = 25

export function computersRoutes(options: {
  readonly customers: CustomersService
  readonly computers: ComputersService
  readonly snapshots: SnapshotsService
  readonly runs: RunsService
  readonly verification: Pick<VerificationService, 'findFault'>
  readonly identities: Pick<IdentitiesService, 'listDoubts' | 'listQuestions'>
  readonly devices: Pick<DevicesService, 'find'>
  readonly toldJobs: Pick<ToldJobsService, 'find'>
  readonly orders: OrdersService
  readonly progress: ProgressService
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly switches: Pick<BackupSwitches, 'findOff'>
  readonly agentAddress: AgentAddress
  readonly retention: Pick<RetentionService, 'foresee'>
  readonly versionNotes: Pick<VersionNotes, 'list'>
  readonly drills: Pick<DrillsService, 'standings' | 'find'>
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, computers, snapshots, runs, verification, identities, subscriptions, switches, agentAddress, pageContext } =
    options
  const { retention, versionNotes } = options
  const routes = newRoutes()

  routes.get('/computers', async (c) => {
    const page = pageContext(c)
    const account = await openAccount(c, customers)
    const found = await computers.list(account.customer.customerId)
    const rows = found.map((computer) => rowOf(computer, page.reader.nowMs))
    const { customerId } = account.customer
    const gone = await computers.listGone(customerId)
    return c.html(
      await computersPage({
        ...page,
        viewer: account.viewer,
        computers: rows,
        gone: gone.flatMap(goneOf),
        steps: agentStepsFor(c, agentAddress, account),
        mayAdd: c.var.access.may('devices:add', customerId),
        questions: (await identities.listQuestions(customerId)).length,
      }),
    )
  })

  routes.get('/computers/:deviceId', async (c) => {
    const page = pageContext(c)
    const { reader } = page
    const computer = await getComputer(c.req.param('deviceId'))
    const { device } = computer
    const { viewer, mayReadFiles, mayReadFilesByRole } = await openAccountOf(c, customers, device.customerId)
    const month = monthAsked(reader, c.req.query('month'))
    const days = await runs.listDays({
      customerId: device.customerId,
      deviceId: device.deviceId,
      dayStartsMs: dayStartsOf(reader, month),
    })
    const beforeSeq = seqAsked(c.req.query('before'))
    const versions = await snapshots.listOfDevice({ deviceId: device.deviceId, beforeSeq, limit: versionsPerPage + 1 })
    const [kept, notes] = await Promise.all([
      retention.foresee(device),
      mayReadFilesByRole ? versionNotes.list(versions.map(({ id }) => id)) : noNotes,
    ])
    const path = computerPath(device.deviceId)
    const told = await options.toldJobs.find(device.deviceId)
    const { customerId, deviceId } = device
    return c.html(
      await computerPage({
        ...page,
        viewer,
        name: device.name,
        state: computerState(computer, reader.nowMs),
        lastGoodAtMs: computer.lastGood?.receivedAt,
        newestPath: mayReadFiles && computer.lastGood !== undefined ? browsePath(computer.lastGood.id) : undefined,
        failure: failureOf(computer, mayReadFiles),
        backups: await backupsOf(c, device),
        badData: badDataOf(await verification.findFault(device.deviceId)),
        identity: identityOf(computer),
        managePath: managePath(device.deviceId),
        gone: device.state === 'active' ? undefined : device.state,
        isDoubted: (await identities.listDoubts(device.deviceId)).length > 0,
        month: monthProps({
          reader,
          month,
          computers: [computer],
          days,
          mayReadFiles,
          path,
          told: told === undefined ? [] : [told],
        }),
        versions: versions.slice(0, versionsPerPage).map((version) => ({
          ...versionRow(version, mayReadFiles),
          words: wordsProps(notes.get(version.id)),
          kept: kept.get(version.id),
        })),
        pager: pagerOf({ reader, versions, beforeSeq, path }),
        keptPath: keptPath(device.deviceId),
        proved: provedProps([device], await options.drills.standings([deviceId]), { nowMs: reader.nowMs }),
        provePath:
          c.var.access.may('drills:order', customerId) && device.lastGoodVersion !== undefined && device.state !== 'forgotten'
            ? drillsPath(deviceId)
            : undefined,
        work: await workProps(c, options, { customerId, deviceId, path }),
        backUpPath: device.kind === 'agent' && c.var.access.may('devices:write', customerId) ? ordersPath(deviceId) : undefined,
        ...(told === undefined ? {} : { jobsPath: jobsPath(deviceId) }),
        ...(c.var.access.may('restores:read', customerId) ? { restoresPath } : {}),
        stored: storedOf(computer),
      }),
    )
  })

  /** Its own switch, or that of its plan: the wider one is said. */
  async function backupsOf(c: AppContext, device: Device): Promise<ComputerPageProps['backups']> {
    const { access } = c.var
    const subscription = await subscriptions.find(device.subscriptionId)
    const ofPlan = subscription?.accepting
    if (subscription !== undefined && ofPlan !== undefined && isOff(ofPlan, pageContext(c).reader.nowMs)) {
      const path = access.may('account:write', device.customerId) ? planSwitchPath(subscription.subscriptionId) : undefined
      return { off: { of: 'plan', ...ofPlan }, path }
    }
    const own = await switches.findOff(device.deviceId)
    const path = access.may('backups:switch', device.customerId) ? `${computerPath(device.deviceId)}/switch` : undefined
    return { off: own && { of: own.cause === 'plan-limit' ? 'plan-limit' : 'computer', ...ownFacts(own) }, path }
  }

  async function getComputer(deviceId: string): Promise<Computer> {
    const computer = isId('dev', deviceId) ? await computers.find(deviceId) : undefined
    if (computer === undefined) throw new Problem('HF-NOT-FOUND')
    return computer
  }

  return routes
}

function rowOf(computer: Computer, nowMs: number): ComputerRow {
  const { device, newest, lastGood } = computer
  return {
    name: device.name,
    path: computerPath(device.deviceId),
    system: systemText(device.fingerprint),
    state: computerState(computer, nowMs),
    lastGoodAtMs: lastGood?.receivedAt,
    versions: device.versionsCount,
    files: newest?.counts.files ?? 0,
    sourceBytes: newest?.counts.bytes ?? 0,
    storedBytes: device.storedBytes,
  }
}

function goneOf({ deviceId, name, number, versionsCount, lastSeenAt, state }: Device): readonly GoneComputer[] {
  if (state === 'active') return []
  const path = computerPath(deviceId)
  return [{ name, number: formatDeviceNumber(number), path, versions: versionsCount, lastSeenAtMs: lastSeenAt, state }]
}

const noNotes: ReadonlyMap<Id<'snap'>, VersionNote> = new Map()

function versionRow(version: Snapshot, mayReadFiles: boolean): Omit<VersionRow, 'words' | 'kept'> {
  const { counts } = version
  return {
    atMs: version.receivedAt,
    path: mayReadFiles ? browsePath(version.id) : undefined,
    verdict: version.verdict,
    isCheckpoint: version.isCheckpoint,
    skipped: counts.skipped,
    skippedPath: mayReadFiles ? skippedPath(version.id) : undefined,
    tookMs: version.finishedAt - version.startedAt,
    files: counts.files,
    newBytes: counts.addedBytes,
  }
}

function identityOf({ device }: Computer): Identity {
  const { fingerprint } = device
  const board = boardText(fingerprint)
  return {
    number: formatDeviceNumber(device.number),
    system: systemText(fingerprint),
    board: board === '' ? undefined : board,
    diskSerials: fingerprint.diskSerials,
    macAddresses: fingerprint.macs,
    agentVersion: device.agentVersion,
    connectedAtMs: device.connectedAt,
    lastSeenAtMs: device.lastSeenAt,
  }
}

/**
 * Of a run that made no version; one that made a failed one has its page. Computers name files in their reasons: whoever may not read
 * files reads the rest.
 */
function failureOf({ standing: { ended } }: Computer, mayReadFiles: boolean) {
  if (ended?.verdict !== 'failed' || ended.code === undefined) return undefined
  const words = ended.detail ?? ''
  return { atMs: ended.at, words: mayReadFiles ? words : hidePaths(words), code: ended.code }
}

function ownFacts({ reason, untilMs, by }: SwitchedOff) {
  return { reason, untilMs, by }
}

function badDataOf(fault: DeviceFault | undefined) {
  return fault && { records: fault.records, lastAtMs: fault.lastAt }
}

function storedOf({ device, newest }: Computer) {
  return {
    storedBytes: device.storedBytes,
    sourceBytes: newest?.counts.bytes ?? 0,
    versions: device.versionsCount,
    sinceMs: device.firstVersionAt,
  }
}

function pagerOf(page: {
  readonly reader: Reader
  readonly versions: readonly Snapshot[]
  readonly beforeSeq: number | undefined
  readonly path: string
}): PagerProps {
  const { reader, versions, beforeSeq, path } = page
  const last = versions[versionsPerPage - 1]
  const first = versions[0]
  const words =
    first === undefined || beforeSeq === undefined
      ? `The newest ${versionsPerPage}`
      : `From ${dateText(reader, first.receivedAt)} back`
  return {
    words,
    ...(beforeSeq === undefined ? {} : { back: path }),
    ...(versions.length > versionsPerPage && last !== undefined ? { next: `${path}?before=${last.seq}` } : {}),
    backWord: 'Newest',
    nextWord: 'Older',
  }
}

function seqAsked(query: string | undefined): number | undefined {
  const seq = Number(query)
  return query !== undefined && Number.isSafeInteger(seq) && seq > 0 ? seq : undefined
}
