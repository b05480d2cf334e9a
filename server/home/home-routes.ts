/** Home: am I safe, since when, what is next. */
import { dayStartsOf } from '../../views/format/calendar.ts'
import { firstComputerPage } from '../../views/pages/computers.ts'
import { homePage, type NextProps } from '../../views/pages/home.ts'
import type { AlarmProps } from '../../views/partials/alarm.ts'
import type { PlanProps } from '../../views/partials/plan.ts'
import type { KitAsked } from '../../views/partials/recovery-kit.ts'
import type { Reader } from '../../views/reader.ts'
import type { PageContext } from '../../views/site.ts'
import { type Account, isBeforeTheBox, openAccount } from '../accounts/account.ts'
import { byUrgency } from '../alarms/alarm.ts'
import { alarmProps } from '../alarms/alarm-props.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { CopiesService } from '../copies/copies-service.ts'
import { copyNextProps } from '../copies/copy-props.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import { standingProps } from '../customers/customer-props.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { type AgentAddress, agentStepsFor } from '../devices/agent-steps.ts'
import type { Computer } from '../devices/computer.ts'
import type { ComputersService } from '../devices/computers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { provedProps } from '../drills/drill-props.ts'
import type { DrillsService } from '../drills/drills-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath, recoveryKitPath, serverRecoveryPath } from '../http/page-paths.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { PlansService } from '../plans/plans-service.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import { workProps } from '../progress/work-props.ts'
import { customerKitAlarm, serverKitAlarm } from '../recovery-kits/kit-reminders.ts'
import type { RecoveryKits } from '../recovery-kits/recovery-kits-service.ts'
import type { RunsService } from '../runs/runs-service.ts'
import { quotaStanding } from '../subscriptions/quota.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { nextBackupAt, type ToldJobs } from '../told-jobs/told-jobs.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import { currentSubscription, standingOf } from './home.ts'
import { keptForText } from './kept-for.ts'
import { monthAsked, monthProps } from './month.ts'

const alarmsShown = 10

export function homeRoutes(options: {
  readonly customers: CustomersService
  readonly devices: DevicesService
  readonly computers: ComputersService
  readonly runs: RunsService
  readonly plans: PlansService
  readonly subscriptions: SubscriptionsService
  readonly alarms: Pick<AlarmsService, 'list'>
  readonly recoveryKits: Pick<RecoveryKits, 'serverKitPrintedAt'>
  readonly copies: Pick<CopiesService, 'list'>
  readonly toldJobs: Pick<ToldJobsService, 'list'>
  readonly orders: OrdersService
  readonly drills: Pick<DrillsService, 'standings'>
  readonly progress: ProgressService
  readonly agentAddress: AgentAddress
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, computers, runs, plans, subscriptions, alarms, recoveryKits, copies, agentAddress, pageContext } =
    options
  const routes = newRoutes()

  routes.get('/', async (c) => {
    if (isBeforeTheBox(c)) return c.redirect('/overview', 303)
    const page = pageContext(c)
    const { reader } = page
    const account = await openAccount(c, customers)
    const { customerId } = account.customer
    const found = await computers.list(customerId)
    const told = await options.toldJobs.list(customerId)
    const nextBackups = nextBackupsOf(found, told, reader.nowMs)
    const standing = standingOf(found, reader.nowMs, nextBackups[0]?.atMs)
    const asked = await kitsAsked(account)
    const shared = {
      ...page,
      viewer: account.viewer,
      kitsAsked: asked,
      alarms: await listAlarms(account, asked),
      accountStanding: standingProps(account.customer),
    }
    if (standing === undefined)
      return c.html(
        await firstComputerPage({
          ...shared,
          place: 'home',
          steps: agentStepsFor(c, agentAddress, account),
          mayAdd: c.var.access.may('devices:add', customerId),
        }),
      )

    const month = monthAsked(reader, c.req.query('month'))
    const days = await runs.listDays({ customerId, dayStartsMs: dayStartsOf(reader, month) })
    const subscription = currentSubscription(await subscriptions.listOfCustomer(customerId), reader.nowMs)
    return c.html(
      await homePage({
        ...shared,
        standing,
        month: monthProps({ reader, month, computers: found, days, mayReadFiles: account.mayReadFiles, told, path: '/' }),
        plan: subscription && (await planProps(subscription)),
        next: [...nextOf(found, subscription, nextBackups), ...(await nextCopies(account, reader))].toSorted(byTime),
        getBackPath: getBackPath(found, account),
        proved: provedProps(
          found.map(({ device }) => device),
          await options.drills.standings(found.map(({ device }) => device.deviceId)),
          { nowMs: reader.nowMs },
        ),
        work: await workProps(c, options, { customerId, path: '/' }),
        backUpPath: c.var.access.may('devices:write', customerId) ? '/backup-now' : undefined,
      }),
    )
  })

  /** The box's own for whoever looks after it; what concerns this account for its people. */
  async function listAlarms({ customer, user }: Account, asked: readonly KitAsked[]): Promise<readonly AlarmProps[]> {
    const reach = user.staffRole === undefined ? [customer.customerId] : 'all'
    const found = await alarms.list({ reach, after: 0, limit: alarmsShown })
    // Whoever is asked for a kit on this page is not told a second time that it is due.
    const told = asked.map(({ opens }) => (opens === 'server' ? serverKitAlarm : customerKitAlarm(customer.customerId)))
    const others = found.filter((alarm) => !told.some(({ code, subject }) => alarm.code === code && alarm.subject === subject))
    return others.toSorted(byUrgency).map(alarmProps)
  }

  /** For whoever looks after the box: how old its second copies are, and when they are brought up to date. */
  async function nextCopies({ user }: Account, reader: Reader): Promise<readonly NextProps[]> {
    if (user.staffRole !== 'administrator') return []
    return (await copies.list()).map((status) => copyNextProps(status, reader))
  }

  /** Those that were never printed, for whoever can see to it. */
  async function kitsAsked({ customer, user }: Account): Promise<readonly KitAsked[]> {
    const { customerId, number, kitPrintedAt } = customer
    const isOwner = user.memberships.some((membership) => membership.customerId === customerId && membership.role === 'owner')
    const asked: KitAsked[] = []
    if (kitPrintedAt === undefined && isOwner) asked.push({ opens: 'customer', path: recoveryKitPath(customerId) })
    else if (kitPrintedAt === undefined && user.staffRole !== undefined)
      asked.push({ opens: 'customer', command: `bin/holdfast recovery-kit --customer ${formatCustomerNumber(number)}` })
    if (user.staffRole === 'administrator' && (await recoveryKits.serverKitPrintedAt()) === undefined)
      asked.push({ opens: 'server', path: serverRecoveryPath })
    return asked
  }

  async function planProps(subscription: Subscription): Promise<PlanProps> {
    const { subscriptionId, planId } = subscription
    const [plan, usedBytes, computers] = await Promise.all([
      plans.find(planId),
      devices.usedBytes(subscriptionId),
      devices.countActive(subscriptionId),
    ])
    return {
      name: subscription.planName,
      quotaKind: quotaStanding(usedBytes, subscription.quotaBytes).kind,
      usedBytes,
      quotaBytes: subscription.quotaBytes,
      computers,
      computersMax: subscription.devicesMax,
      validUntilMs: subscription.validUntil,
      timeZone: subscription.timeZone,
      keptFor: plan && keptForText(plan.retention),
    }
  }

  return routes
}

/** What has no time is first: somebody may do it now. */
function byTime(one: NextProps, other: NextProps): number {
  return (one.atMs ?? 0) - (other.atMs ?? 0)
}

/** Backups that start by themselves, in order of time; those of the same minute are one. */
function nextBackupsOf(
  found: readonly Computer[],
  told: readonly ToldJobs[],
  nowMs: number,
): readonly { readonly atMs: number; readonly words: string }[] {
  const byTime = new Map<number, string[]>()
  for (const { device } of found) {
    const own = told.find(({ deviceId }) => deviceId === device.deviceId)
    const atMs = own && nextBackupAt(own, nowMs)
    if (atMs === undefined) continue
    const minute = atMs - (atMs % minuteMs)
    byTime.set(minute, [...(byTime.get(minute) ?? []), device.name])
  }
  return [...byTime.entries()]
    .sort(([one], [other]) => one - other)
    .map(([atMs, names]) => ({ atMs, words: `Backup of ${names.length === 1 ? names[0]! : `${names.length} computers`}` }))
}

const minuteMs = 60_000
const nextBackupsShown = 3

function nextOf(
  found: readonly Computer[],
  subscription: Subscription | undefined,
  backups: readonly NextProps[],
): readonly NextProps[] {
  const [only] = found
  const whose = found.length === 1 && only !== undefined ? only.device.name : `${found.length} computers`
  const byHand = { words: `Backup of ${whose}`, more: 'Whenever “holdfast-agent backup” is run' }
  const next = backups.length === 0 ? [byHand] : backups.slice(0, nextBackupsShown)
  if (subscription?.validUntil === undefined) return next
  return [...next, { atMs: subscription.validUntil - 1, words: `Last day of ${subscription.planName}` }]
}

/** With one computer there is nothing to choose. */
function getBackPath(found: readonly Computer[], { mayReadFiles }: Account): string | undefined {
  const good = found.flatMap(({ lastGood }) => lastGood ?? [])
  const [only] = good
  if (only === undefined || !mayReadFiles) return undefined
  return found.length === 1 ? browsePath(only.id) : '/computers'
}
