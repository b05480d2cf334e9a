/** The page Storage, Check: what the newest checks found, and the two things a person may have done about it. */
import { type CheckPageProps, checkPage, type DamageRow } from '../../views/pages/check.ts'
import type { PageContext } from '../../views/site.ts'
import type { ChoresService } from '../chores/chores-service.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import type { Damage } from './check.ts'
import type { CheckOverview, ReadCheckOverview } from './check-overview.ts'

const checkPath = '/storage/check'

export function checkRoutes(options: {
  readonly readCheckOverview: ReadCheckOverview
  readonly chores: Pick<ChoresService, 'find' | 'runNow'>
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { readCheckOverview, chores, pageContext } = options
  const routes = newRoutes()

  routes.get('/storage/check', async (c) => {
    const page = pageContext(c)
    const [overview, check, repair] = await Promise.all([readCheckOverview(), chores.find('check'), chores.find('repair')])
    const running = [check, repair].find(({ activity }) => activity.kind !== 'idle')
    return c.html(
      await checkPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        ...propsOf(overview),
        running: running?.chore.title,
        repaired: repair.state.summary === '' ? undefined : { atMs: repair.state.endedAt ?? 0, words: repair.state.summary },
      }),
    )
  })
  routes.post('/storage/check/run', async (c) => {
    await chores.runNow('check', { reading: 'all' })
    return c.redirect(checkPath, 303)
  })
  routes.post('/storage/check/repair', async (c) => {
    await chores.runNow('repair')
    return c.redirect(checkPath, 303)
  })
  return routes
}

function propsOf({
  customers,
  hasMore,
  backlog,
  deviceNames,
}: CheckOverview): Pick<CheckPageProps, 'customers' | 'damage' | 'versions' | 'backlog' | 'hasMore'> {
  return {
    hasMore,
    backlog: { files: backlog.packs, bytes: backlog.bytes },
    customers: customers.map(({ customer, newest, oldestProofAt }) => ({
      name: customer.name,
      number: formatCustomerNumber(customer.number),
      checkedAtMs: newest?.endedAt,
      oldestReadAtMs: oldestProofAt,
      bytes: newest?.bytes ?? 0,
      versions: newest?.versions ?? 0,
      faults: newest?.damageCount ?? 0,
      damagedVersions: newest?.damagedVersions ?? 0,
    })),
    damage: customers.flatMap(({ customer, newest }) =>
      (newest?.facts.damage ?? []).map((damage) => ({ customer: customer.name, ...damageRow(damage) })),
    ),
    versions: customers.flatMap(({ newest }) =>
      (newest?.facts.versions ?? []).map(({ device, job, takenAt }) => ({
        computer: deviceNames.get(device) ?? device,
        job,
        takenAtMs: takenAt,
      })),
    ),
  }
}

const idCharacters = 16

function damageRow(damage: Damage): Omit<DamageRow, 'customer'> {
  switch (damage.kind) {
    case 'pack-missing':
      return { what: 'A stored file is gone.', id: short(damage.pack), why: '', isLost: true }
    case 'pack-damaged':
      return { what: 'A stored file is damaged.', id: short(damage.pack), why: damage.why, isLost: true }
    case 'record-damaged':
      return { what: 'A record does not open.', id: short(damage.record), why: damage.why, isLost: true }
    case 'copy-damaged':
      return { what: 'One of two files that hold the same is damaged.', id: short(damage.pack), why: damage.why, isLost: false }
    case 'index-wrong':
      return { what: 'The database and a stored file disagree.', id: short(damage.pack), why: damage.why, isLost: false }
    case 'chunk-missing':
      return { what: 'A record that a version needs is stored nowhere.', id: damage.record, why: '', isLost: true }
    case 'version-damaged':
      return { what: 'The file of a version is damaged.', id: damage.version, why: damage.why, isLost: true }
    case 'keys-damaged':
      return { what: 'A file of keys is damaged.', id: damage.what, why: damage.why, isLost: false }
    default:
      return damage satisfies never
  }
}

function short(id: string): string {
  return id.slice(0, idCharacters)
}
