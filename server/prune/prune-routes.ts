/** The page Freeing space: plan, result, what was refused, and the way to have it at once. */
import { z } from 'zod'
import { type PruneAccount, prunePage } from '../../views/pages/prune.ts'
import type { PageContext } from '../../views/site.ts'
import { choreProps } from '../chores/chore-props.ts'
import type { ChoresService } from '../chores/chores-service.ts'
import { type Customer, formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import type { Repository } from '../repositories/repository.ts'
import { isConfirmable, refusalText } from './prune.ts'
import type { PruneOrder } from './prune-order.ts'
import type { PruneService } from './prune-service.ts'

const prunePath = '/storage/prune'
const nowForm = z.object({ bytes: z.string().regex(/^\d{1,15}$/), confirmation: z.string().max(40) })
const allowForm = z.object({ uid: z.string().regex(/^[0-9a-f]{32}$/) })

export function pruneRoutes(options: {
  readonly prune: Pick<PruneService, 'reports' | 'allow'>
  readonly listRepositories: () => Promise<readonly Repository[]>
  readonly chores: Pick<ChoresService, 'find' | 'runNow'>
  readonly customers: Pick<CustomersService, 'findByIds'>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { prune, listRepositories, chores, customers, clientOf, pageContext } = options
  const routes = newRoutes()

  const listAccounts = async (): Promise<readonly PruneAccount[]> => {
    const repositories = await listRepositories()
    const [found, reports] = await Promise.all([
      customers.findByIds(repositories.map(({ customerId }) => customerId)),
      prune.reports(repositories),
    ])
    const customerOf = new Map(found.map((customer) => [customer.customerId, customer]))
    return repositories.map((repository, index) => accountOf(repository, customerOf.get(repository.customerId), reports[index]!))
  }

  const show = async (c: AppContext, problem?: string) => {
    const page = pageContext(c)
    const accounts = await listAccounts()
    return c.html(
      await prunePage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        chore: choreProps(await chores.find('prune')),
        accounts,
        reclaimableBytes: accounts.reduce((sum, { plan }) => sum + (plan?.reclaimableBytes ?? 0), 0),
        problem,
      }),
      problem === undefined ? 200 : 422,
    )
  }
  const order = async (c: AppContext, wanted: PruneOrder) => {
    await chores.runNow('prune', wanted)
    return c.redirect(prunePath, 303)
  }

  routes.get('/storage/prune', (c) => show(c))
  routes.post('/storage/prune/plan', (c) => order(c, { kind: 'plan' }))
  routes.post('/storage/prune/now', async (c) => {
    const { bytes, confirmation } = await readForm(c, nowForm)
    if (confirmation.replaceAll(/[\s.,]/g, '') !== bytes) return show(c, `Type ${bytes}, the number of bytes that would go.`)
    return order(c, { kind: 'now', confirmedBytes: Number(bytes), actingAs: actingAsUser(c, clientOf) })
  })
  routes.post('/storage/prune/allow', async (c) => {
    const { uid } = await readForm(c, allowForm)
    const repository = (await listRepositories()).find((one) => one.uid.toString('hex') === uid)
    if (repository === undefined) throw new Problem('HF-NOT-FOUND')
    if (!(await prune.allow(repository, actingAsUser(c, clientOf)))) return c.redirect(prunePath, 303)
    return order(c, { kind: 'usual' })
  })
  return routes
}

type Report = Awaited<ReturnType<PruneService['report']>>

function accountOf(repository: Repository, customer: Customer | undefined, report: Report): PruneAccount {
  const name = customer === undefined ? repository.customerId : `${customer.name} (${formatCustomerNumber(customer.number)})`
  const { plan, result, refusal } = report
  return {
    uid: repository.uid.toString('hex'),
    name,
    plan: plan && {
      ...plan.outlook,
      atMs: plan.at,
      neededBytes: plan.outlook.liveBytes,
      waitingInTrash: plan.outlook.trashed,
    },
    result: result && {
      atMs: result.at,
      freedBytes: result.done.diskFreedBytes,
      trashedBytes: result.done.trashed.bytes + result.done.repacked.bytes,
    },
    refusal: refusal && {
      atMs: refusal.at,
      words: refusalText(refusal.refusal),
      isConfirmable: isConfirmable(refusal.refusal),
    },
  }
}
