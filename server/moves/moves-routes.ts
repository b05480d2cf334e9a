/** The page of moves: where each customer's backups lie, and how to bring them to another disk. */
import { z } from 'zod'
import { type MovableProps, movePage } from '../../views/pages/move.ts'
import { choresFragment } from '../../views/partials/chores.ts'
import type { PageContext } from '../../views/site.ts'
import { choreProps } from '../chores/chore-props.ts'
import type { ChoresService } from '../chores/chores-service.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import type { MovesService } from './moves-service.ts'

const maxFolderCharacters = 1000
const path = '/storage/move'
const planSchema = z.object({ customer: z.string().min(1), folder: z.string().trim().min(1).max(maxFolderCharacters) })

export function movesRoutes(options: {
  readonly moves: MovesService
  readonly chores: ChoresService
  readonly customers: CustomersService
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { moves, chores, customers, pageContext } = options
  const routes = newRoutes()
  const findChore = async () => choreProps(await chores.find('move'))

  const listMovables = async (): Promise<readonly (MovableProps & { readonly uid: string })[]> => {
    const lying = await moves.list()
    const owners = new Map(
      (await customers.findByIds(lying.map(({ customerId }) => customerId))).map((one) => [one.customerId, one]),
    )
    return lying.flatMap(({ customerId, name, folder, storedBytes }) => {
      const customer = owners.get(customerId)
      if (customer === undefined) return []
      return { uid: name, customer: customer.name, number: formatCustomerNumber(customer.number), folder, storedBytes }
    })
  }

  routes.get('/storage/move', async (c) => {
    const page = pageContext(c)
    const movables = await listMovables()
    const move = moves.find()
    return c.html(
      await movePage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        movables,
        underWay: move && {
          customer: movables.find(({ uid }) => uid === move.uid)?.customer ?? move.uid,
          to: move.to,
          canBeGivenUp: movables.find(({ uid }) => uid === move.uid)?.folder !== move.to,
        },
        chore: await findChore(),
      }),
    )
  })
  routes.get('/storage/move/progress', async (c) =>
    c.html(
      await choresFragment(pageContext(c).reader, [await findChore()], { title: 'How far it is', path: `${path}/progress` }),
    ),
  )
  routes.post('/storage/move', async (c) => {
    const { customer: named, folder } = await readForm(c, planSchema)
    const customer = await customers.getNamed(named)
    const repository = (await moves.list()).find(({ customerId }) => customerId === customer.customerId)
    if (repository === undefined) throw new Problem('HF-NOT-FOUND', { detail: `${customer.name} has no backups here.` })
    await moves.plan(repository, folder)
    await chores.runNow('move')
    return c.redirect(path, 303)
  })
  routes.post('/storage/move/give-up', async (c) => {
    chores.cancel('move')
    await chores.settled('move')
    await moves.giveUp()
    return c.redirect(path, 303)
  })
  return routes
}
