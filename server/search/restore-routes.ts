/** The Restore page: what is looked for by name, by day, by computer and by plan. */
import { dayOf } from '../../views/format/when.ts'
import { type DayVersion, type RestoreAsked, type RestoreResult, restorePage } from '../../views/pages/restore.ts'
import type { StripDay } from '../../views/partials/day-strip.ts'
import type { Reader } from '../../views/reader.ts'
import type { PageContext } from '../../views/site.ts'
import { type Account, openAccount, openAccountOf } from '../accounts/account.ts'
import { type BasketBeside, basketBeside } from '../baskets/basket-beside.ts'
import type { BasketsService } from '../baskets/baskets-service.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath } from '../http/page-paths.ts'
import { readCursor, writeCursor } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { computersToChoose } from './computers-to-choose.ts'
import type { DayVersions } from './day-versions-service.ts'
import { foundProps } from './found-props.ts'
import { termsOf } from './name-query.ts'
import {
  dayAsked,
  dayEnd,
  deviceAsked,
  filtersAsked,
  isSearch,
  jobAsked,
  kindChoices,
  orderAsked,
  planAsked,
  restoreAddress,
  restoreAsked,
  sizeChoices,
  startOf,
  weeksAsked,
  whereValue,
} from './restore-asked.ts'
import type { SearchScope } from './search.ts'
import { SearchError } from './search-error.ts'
import type { FileSearch } from './search-service.ts'

const filesPerPage = 30
const daysShown = 35
/** Narrow pages show the last two weeks: the chosen day is among them. */
const daysNearEnd = 13
const daysBehindChosen = 6
/** As many as a narrow page shows: none is skipped. */
const daysTurned = daysNearEnd + 1
const maxComputersListed = 500

export function restoreRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find' | 'list'>
  readonly subscriptions: Pick<SubscriptionsService, 'listOfCustomer'>
  readonly baskets: Pick<BasketsService, 'list'>
  readonly snapshots: Pick<SnapshotsService, 'findByIds'>
  readonly fileSearch: FileSearch
  readonly dayVersions: DayVersions
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, subscriptions, fileSearch, dayVersions, pageContext } = options
  const routes = newRoutes()

  routes.get('/restore', async (c) => {
    const page = pageContext(c)
    const { reader } = page
    const { customer, viewer } = await openReadable(c, customers)
    const { customerId } = customer
    const asked = restoreAsked((name) => c.req.query(name))
    const named = deviceAsked(asked)
    if (named === 'unknown') throw new Problem('HF-NOT-FOUND')
    const [{ computers, isCut }, plans, jobs, basket] = await Promise.all([
      computersToChoose(devices, { customerId, named, limit: maxComputersListed }),
      subscriptions.listOfCustomer(customerId),
      fileSearch.listNames(customerId),
      basketBeside(c, options, customerId),
    ])
    const scope = scopeOf(asked, { customerId, computers, plans: plans.map(({ subscriptionId }) => subscriptionId) })
    const used = plans.filter(({ subscriptionId }) => computers.some((computer) => computer.subscriptionId === subscriptionId))
    const day = dayAsked(reader, asked)
    const mayRestore = c.var.access.may('restores:write', customerId)
    const isEmpty = computers.every(({ versionsCount }) => versionsCount === 0)
    return c.html(
      await restorePage({
        ...page,
        viewer,
        asked,
        choices: {
          computers: computers.flatMap((computer) => placesOf(computer, jobs)),
          hasMoreComputers: isCut,
          plans: used.map(({ subscriptionId, planName }) => ({ value: subscriptionId, name: planName })),
          kinds: kindChoices,
          sizes: sizeChoices,
        },
        isEmpty,
        addPath: c.var.access.may('devices:add', customerId) ? '/computers/add' : undefined,
        dayEndMs: day && dayEnd(reader, day),
        basket: basket?.aside,
        anyDayPath: restoreAddress(asked, { day: '' }),
        days: isEmpty ? [] : await stripDays(reader, asked, scope),
        ...stripPaths(reader, asked),
        result: isSearch(asked)
          ? await search(reader, asked, { scope, after: c.req.query('after'), basket, mayRestore, signal: c.req.raw.signal })
          : await newest(reader, asked, scope, jobs),
      }),
    )
  })

  async function search(
    reader: Reader,
    asked: RestoreAsked,
    of: {
      readonly scope: SearchScope
      readonly after: string | undefined
      readonly basket: BasketBeside | undefined
      readonly mayRestore: boolean
      readonly signal: AbortSignal
    },
  ): Promise<RestoreResult> {
    const { scope, after, basket, mayRestore, signal } = of
    try {
      const found = await fileSearch.find({
        ...scope,
        ...filtersAsked(reader, asked),
        name: asked.q,
        match: 'words',
        order: orderAsked(asked),
        after: readCursor(after),
        limit: filesPerPage,
        signal,
      })
      const back = restoreAddress(asked)
      const terms = termsOf(asked.q)
      return {
        kind: 'found',
        files: found.items.map((file, index) => foundProps(file, { terms, id: `found-${index}`, basket, mayRestore })),
        total: found.total,
        isExact: found.isExact,
        isFirstPage: after === undefined,
        pager: {
          words: `${found.items.length} on this page`,
          ...(after === undefined ? {} : { back }),
          ...(found.next === undefined ? {} : { next: restoreAddress(asked, { after: writeCursor(found.next) }) }),
          backWord: 'First',
        },
      }
    } catch (error) {
      if (!(error instanceof SearchError)) throw error
      const { fault } = error
      if (fault === 'not-ready' || fault === 'too-large' || fault === 'too-hard') return { kind: fault }
      throw error
    }
  }

  /** Whoever opens the page is about to search. */
  async function newest(
    reader: Reader,
    asked: RestoreAsked,
    scope: SearchScope,
    jobs: Awaited<ReturnType<FileSearch['listNames']>>,
  ): Promise<RestoreResult> {
    await fileSearch.prepare(scope)
    const day = dayAsked(reader, asked)
    const { versions, isCut } = await dayVersions.listNewest(scope, day === undefined ? reader.nowMs + 1 : dayEnd(reader, day))
    const nameOf = new Map(jobs.map(({ deviceId, computer }) => [deviceId, computer]))
    return {
      kind: 'versions',
      isCut,
      versions: versions.map(
        (version): DayVersion => ({
          computer: nameOf.get(version.deviceId) ?? '',
          job: version.job,
          atMs: version.receivedAt,
          files: version.counts.files,
          sourceBytes: version.counts.bytes,
          openPath: browsePath(version.id),
        }),
      ),
    }
  }

  async function stripDays(reader: Reader, asked: RestoreAsked, scope: SearchScope): Promise<readonly StripDay[]> {
    const chosen = dayAsked(reader, asked)
    const end = lastShown(reader, asked)
    const dates = Array.from({ length: daysShown }, (_, index) => end.subtract({ days: daysShown - 1 - index }))
    const starts = [...dates, end.add({ days: 1 })].map((date) => startOf(reader, date))
    const changed = await dayVersions.listChanged(scope, starts)
    return dates.map((date, index) => ({
      date,
      changed: changed.get(index),
      path: changed.has(index) ? restoreAddress(asked, { day: date.toString(), weeks: '' }) : undefined,
      isChosen: chosen?.equals(date) === true,
    }))
  }

  return routes
}

/** The account one stands in; an administrator who broke a glass reads that customer's files wherever they stand. */
export async function openReadable(c: AppContext, customers: CustomersService): Promise<Account> {
  const account = await openAccount(c, customers)
  if (account.mayReadFiles) return account
  const glass = c.var.session?.glass
  if (glass === undefined) throw new Problem('HF-FORBIDDEN')
  return openAccountOf(c, customers, glass.customerId)
}

/** A computer or a plan that is not this customer's is as absent as one that never was. */
function scopeOf(
  asked: RestoreAsked,
  of: {
    readonly customerId: SearchScope['customerId']
    readonly computers: readonly Device[]
    readonly plans: readonly SearchScope['subscriptionId'][]
  },
): SearchScope {
  const deviceId = deviceAsked(asked)
  const subscriptionId = planAsked(asked)
  const hasDevice = deviceId === undefined || of.computers.some((computer) => computer.deviceId === deviceId)
  const hasPlan = subscriptionId === undefined || of.plans.some((plan) => plan === subscriptionId)
  if (!hasDevice || !hasPlan || deviceId === 'unknown' || subscriptionId === 'unknown') throw new Problem('HF-NOT-FOUND')
  return { customerId: of.customerId, deviceId, job: jobAsked(asked), subscriptionId }
}

/** A computer, and its backup plans where it has several. */
function placesOf({ deviceId, name }: Device, jobs: Awaited<ReturnType<FileSearch['listNames']>>) {
  const own = jobs.filter((job) => job.deviceId === deviceId)
  const plans = own.length > 1 ? own.map(({ job }) => ({ value: whereValue(deviceId, job), name: `${name}: ${job}` })) : []
  return [{ value: whereValue(deviceId), name }, ...plans]
}

/** The strip's last day: what was turned to, or the chosen day and what follows it. */
function lastShown(reader: Reader, asked: RestoreAsked): Temporal.PlainDate {
  const [today, chosen, turnedTo] = [dayOf(reader, reader.nowMs), dayAsked(reader, asked), weeksAsked(reader, asked)]
  if (turnedTo !== undefined) return turnedTo
  if (chosen === undefined || Temporal.PlainDate.compare(chosen, today.subtract({ days: daysNearEnd })) >= 0) return today
  return chosen.add({ days: daysBehindChosen })
}

/** Where the strip is turned to other weeks. */
function stripPaths(reader: Reader, asked: RestoreAsked) {
  const [today, end] = [dayOf(reader, reader.nowMs), lastShown(reader, asked)]
  const later = end.add({ days: daysTurned })
  const isNow = Temporal.PlainDate.compare(end, today) >= 0
  const isLast = Temporal.PlainDate.compare(later, today) >= 0
  return {
    earlierDaysPath: restoreAddress(asked, { weeks: end.subtract({ days: daysTurned }).toString() }),
    laterDaysPath: isNow ? undefined : restoreAddress(asked, { weeks: (isLast ? today : later).toString() }),
  }
}
