/** Back to the computer: choosing, looking at what it meets, the order, its progress and its proof. */

import { bytesOfText } from '../../engine/index.ts'
import { nameText } from '../../views/format/name-text.ts'
import { type NewRestorePageProps, newRestorePage, type RestoreTarget } from '../../views/pages/new-restore.ts'
import { restoreOrderPage } from '../../views/pages/restore-order.ts'
import { restoresPage } from '../../views/pages/restores.ts'
import { type RehearsalProps, rehearsalFragment } from '../../views/partials/restore-meets.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccount, openAccountOf } from '../accounts/account.ts'
import type { BasketsService } from '../baskets/baskets-service.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath, computerPath, restoreOrderPath, restoresPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import { OrderError } from '../orders/order.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import { mayStopIn } from '../progress/work-props.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { encodeVersionPath } from '../snapshots/version-path.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import type { RestoreAsked } from './plan-restores.ts'
import type { Rehearsed } from './rehearsals.ts'
import { encodeRestoreCursor, findRestoreCursor } from './restore-cursor.ts'
import { isUnderWay, type RestoreOrder, RestoreOrderError } from './restore-order.ts'
import type { RestoreOrdersService } from './restore-orders-service.ts'
import { namesShown, pathText, restoreProps, restoreRow } from './restore-props.ts'
import { streamRestore } from './restore-stream.ts'
import { folderPlace } from './restore-target.ts'
import { type WishAsked, wishAsked } from './wish-asked.ts'

const restoresPerPage = 50
const maxTargets = 500
const plainAnswerWithinMs = 6000

export function restoresPagesRoutes(options: {
  readonly customers: CustomersService
  readonly devices: DevicesService
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly orders: Pick<OrdersService, 'isListening'>
  readonly progress: ProgressService
  readonly toldJobs: Pick<ToldJobsService, 'find' | 'list'>
  readonly restoreOrders: RestoreOrdersService
  readonly baskets: Pick<BasketsService, 'listOf'>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, orders, progress, restoreOrders, clientOf, pageContext } = options
  const asked = (c: AppContext) => wishAsked(c, options)
  const routes = newRoutes()

  routes.get('/restores', async (c) => {
    const page = pageContext(c)
    const { customer, viewer } = await openAccount(c, customers)
    const { customerId } = customer
    requireIn(c, 'restores:read', customerId)
    const before = findRestoreCursor(c.req.query('before'))
    const found = await restoreOrders.list({ customerIds: [customerId], before, limit: restoresPerPage + 1 })
    const shown = found.slice(0, restoresPerPage)
    const names = await devices.listNames([
      ...new Set(shown.flatMap(({ deviceId, sourceDeviceId }) => [deviceId, sourceDeviceId])),
    ])
    const last = found.length > restoresPerPage ? shown.at(-1) : undefined
    return c.html(
      await restoresPage({
        ...page,
        viewer,
        restores: shown.map((restore) => restoreRow(restore, names)),
        open: (await restoreOrders.listOpen({ customerId })).length,
        pager: {
          words: before === undefined ? 'The newest' : 'Older ones',
          ...(before === undefined ? {} : { back: restoresPath }),
          ...(last === undefined ? {} : { next: `${restoresPath}?before=${encodeRestoreCursor(last)}` }),
          backWord: 'Newest',
          nextWord: 'Older',
        },
      }),
    )
  })

  routes.get('/restores/new', async (c) => c.html(await showChoice(c, await asked(c))))

  routes.post('/restores/new', async (c) => {
    const wish = await asked(c)
    try {
      if (wish.step !== 'give') return c.html(await showChoice(c, wish, {}, await askedPlainly(c, wish)))
      const restore = await restoreOrders.give(await orderOf(wish), actingAsUser(c, clientOf))
      return c.redirect(restoreOrderPath(restore.restoreId), 303)
    } catch (error) {
      if (!(error instanceof RestoreOrderError) && !(error instanceof OrderError)) throw error
      return c.html(await showChoice(c, wish, problemsOf(error)), 422)
    }
  })

  routes.post('/restores/rehearsals', async (c) => {
    const wish = await asked(c)
    const { reader } = pageContext(c)
    try {
      const id = await restoreOrders.rehearse(await orderOf(wish), actingAsUser(c, clientOf))
      return c.html(await rehearsalFragment(reader, rehearsalPath(id), { kind: 'asked' }))
    } catch (error) {
      if (!(error instanceof RestoreOrderError) && !(error instanceof OrderError)) throw error
      return c.html(await rehearsalFragment(reader, '', { kind: 'failed', words: error.message, code: 'HF-VALIDATION' }))
    }
  })

  routes.get('/restores/rehearsals/:rehearsalId', async (c) => {
    const id = c.req.param('rehearsalId')
    const rehearsed = isId('rst', id) ? await restoreOrders.rehearsed(id) : undefined
    const { reader } = pageContext(c)
    // A page that asks every second goes on after a 4xx: it is told that there is no answer, whoever asks.
    if (rehearsed === undefined || !isId('rst', id) || !c.var.access.may('restores:write', rehearsed.customerId))
      return c.html(await rehearsalFragment(reader, '', { kind: 'silent' }))
    return c.html(await rehearsalFragment(reader, rehearsalPath(id), rehearsalProps(rehearsed.answer)))
  })

  routes.get('/restores/:restoreId', async (c) => {
    const restore = await getRestore(c)
    const { viewer } = await openAccountOf(c, customers, restore.customerId)
    const props = await propsOf(c, restore)
    return c.html(await restoreOrderPage({ ...pageContext(c), viewer, restore: props, streamPath: `${props.path}/live` }))
  })

  routes.get('/restores/:restoreId/live', async (c) => {
    const restore = await getRestore(c)
    const find = async () => {
      const now = await restoreOrders.find(restore.restoreId)
      return now && { isLive: isUnderWay(now, pageContext(c).reader.nowMs), props: await propsOf(c, now) }
    }
    return streamRestore(c, { progress, customerId: restore.customerId, find, reader: () => pageContext(c).reader })
  })

  routes.post('/restores/:restoreId/cancel', async (c) => {
    const restore = await getRestore(c)
    requireIn(c, 'restores:write', restore.customerId)
    await restoreOrders.cancel(restore, actingAsUser(c, clientOf))
    return c.redirect(restoreOrderPath(restore.restoreId), 303)
  })

  async function getRestore(c: AppContext): Promise<RestoreOrder> {
    const id = c.req.param('restoreId') ?? ''
    const restore = isId('rst', id) ? await restoreOrders.find(id) : undefined
    if (restore === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'restores:read', restore.customerId)
    return restore
  }

  async function propsOf(c: AppContext, restore: RestoreOrder) {
    const { deviceId, sourceDeviceId, restoreId, customerId } = restore
    const target = await devices.find(deviceId)
    if (target === undefined) throw new Problem('HF-NOT-FOUND')
    return restoreProps(restore, {
      target,
      source: sourceDeviceId === deviceId ? target : await devices.find(sourceDeviceId),
      isListening: orders.isListening(deviceId),
      isWithoutRun: (await options.toldJobs.find(deviceId))?.keepsSchedule !== true,
      running: restore.state === 'open' ? progress.findRestore(deviceId, restoreId) : undefined,
      mayStop: mayStopIn(c, customerId),
      isBehind: await isBehind(restore),
      nowMs: pageContext(c).reader.nowMs,
    })
  }

  /** A computer takes its orders at once, and gets back one after the other. */
  async function isBehind({ state, isTaken, handedAt, customerId, deviceId }: RestoreOrder): Promise<boolean> {
    if (state !== 'open' || !isTaken || handedAt !== undefined) return false
    return (await restoreOrders.listOpen({ customerId, deviceId })).some((other) => other.handedAt !== undefined)
  }

  /** @throws RestoreOrderError when something of it cannot be */
  async function orderOf(wish: WishAsked): Promise<RestoreAsked> {
    const { version, paths, mode, undoes, rule } = wish
    const deviceId = wish.device !== undefined && isId('dev', wish.device) ? wish.device : version.deviceId
    const common = { version, paths, deviceId, ...(undoes === undefined ? {} : { undoes }) }
    if (mode === 'revert') return { ...common, mode, rule: 'replace-all', place: { kind: 'original' } }
    if (wish.place === 'original') return { ...common, mode, rule, place: { kind: 'original' } }
    const device = await devices.find(deviceId)
    return { ...common, mode, rule, place: await folderPlace(options, { device, folder: wish.folder, paths }) }
  }

  /** Without a script, the computer is asked with the page, and answers in it. */
  async function askedPlainly(c: AppContext, wish: WishAsked): Promise<NewRestorePageProps['rehearsal']> {
    const order = await orderOf(wish)
    if (c.req.header('hx-request') !== undefined || !orders.isListening(order.deviceId)) return undefined
    const id = await restoreOrders.rehearse(order, actingAsUser(c, clientOf))
    const rehearsed = await restoreOrders.rehearsed(id, plainAnswerWithinMs)
    return rehearsed && { path: rehearsalPath(id), answer: rehearsalProps(rehearsed.answer) }
  }

  async function showChoice(
    c: AppContext,
    wish: WishAsked,
    problems: NewRestorePageProps['problems'] = {},
    rehearsal: NewRestorePageProps['rehearsal'] = undefined,
  ) {
    const { version, paths, mode } = wish
    const { viewer } = await openAccountOf(c, customers, version.customerId)
    const source = await devices.find(version.deviceId)
    if (source === undefined) throw new Problem('HF-NOT-FOUND')
    const found = await devices.list({ reach: [version.customerId], afterNumber: 0, limit: maxTargets })
    const told = new Map((await options.toldJobs.list(version.customerId)).map((one) => [one.deviceId, one]))
    const targets = found
      .filter(({ state, kind }) => state === 'active' && kind === 'agent')
      .map((device) => ({ ...targetOf(device), isWithoutRun: told.get(device.deviceId)?.keepsSchedule !== true }))
    const own = targets.find(({ value }) => value === version.deviceId)
    const chosen = targets.find(({ value }) => value === wish.device) ?? own ?? targets[0]
    // A revert is made where the files were, and nowhere else.
    const target = mode === 'revert' ? own : chosen
    const { facts, estimate } = await restoreOrders.plan({ version, paths, deviceId: target?.value ?? version.deviceId })
    return newRestorePage({
      ...pageContext(c),
      ...{ viewer, mode, problems, targets, target, estimate, rehearsal },
      trail: [
        { name: 'Computers', path: '/computers' },
        { name: source.name, path: computerPath(source.deviceId) },
      ],
      names: paths.slice(0, namesShown).map(pathText),
      selected: paths.length,
      ...{ files: facts.files, folders: facts.folders, bytes: facts.bytes, isWhole: facts.isWhole },
      computer: source.name,
      takenAtMs: version.receivedAt,
      hidden: hiddenOf(wish),
      values: { place: source.kind === 'inbox' ? 'folder' : wish.place, folder: wish.folder, rule: wish.rule },
      backPath: browsePath(version.id, paths[0]?.slice(0, -1)),
    })
  }

  function targetOf({ deviceId, name, lastSeenAt }: Device): RestoreTarget & { readonly value: Id<'dev'> } {
    return { value: deviceId, name, isListening: orders.isListening(deviceId), lastSeenAtMs: lastSeenAt }
  }

  return routes
}

function hiddenOf(wish: WishAsked): readonly (readonly [string, string])[] {
  const { version, paths, mode, undoes, again, isFromBasket } = wish
  const what =
    undoes !== undefined
      ? ([['undoes', undoes]] as const)
      : again !== undefined
        ? ([['again', again]] as const)
        : isFromBasket
          ? ([['from', 'basket']] as const)
          : paths.map((path) => ['path', encodeVersionPath(path) || '/'] as const)
  return [['version', version.id], ['mode', mode], ...what]
}

function problemsOf(error: RestoreOrderError | OrderError): NewRestorePageProps['problems'] {
  return error.fault === 'bad-folder' ? { folder: error.message } : { form: error.message }
}

function rehearsalPath(id: Id<'rst'>): string {
  return `${restoresPath}/rehearsals/${id}`
}

function rehearsalProps(rehearsed: Rehearsed): RehearsalProps {
  switch (rehearsed.kind) {
    case 'told': {
      const { replaced, gone, ...counts } = rehearsed.counts
      const shown = (path: string) => nameText(bytesOfText(path))
      return { kind: 'told', ...counts, replaced: replaced.map(shown), gone: gone.map(shown) }
    }
    case 'failed':
      return { kind: 'failed', words: rehearsed.detail, code: rehearsed.code }
    default:
      return { kind: rehearsed.kind }
  }
}
