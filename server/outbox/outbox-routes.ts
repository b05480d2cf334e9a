/** The page Settings, Letters on their way. */
import { type OutboxRowProps, type OutboxTab, outboxPage } from '../../views/pages/outbox.ts'
import type { PageContext } from '../../views/site.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { type OutboxItem, outboxStates } from './outbox.ts'
import type { OutboxService } from './outbox-service.ts'

const path = '/settings/letters'
const rowsShown = 50

export function outboxRoutes(options: {
  readonly outbox: OutboxService
  readonly customers: Pick<CustomersService, 'findByIds'>
  readonly isMailSetUp: () => Promise<boolean>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { outbox, customers, isMailSetUp, clientOf, pageContext } = options
  const routes = newRoutes()

  const rowsOf = async (items: readonly OutboxItem[]): Promise<readonly OutboxRowProps[]> => {
    const ids = [...new Set(items.flatMap(({ customerId }) => customerId ?? []))]
    const named = new Map((await customers.findByIds(ids)).map((customer) => [customer.customerId, customer]))
    return items.map((item) => {
      const customer = item.customerId && named.get(item.customerId)
      return { ...rowOf(item), customer: customer && `${customer.name} (${formatCustomerNumber(customer.number)})` }
    })
  }

  routes.get(path, async (c) => {
    const page = pageContext(c)
    const tab: OutboxTab = outboxStates.find((state) => state === c.req.query('state')) ?? 'waiting'
    const before = cursorOf(c.req.query('before'))
    const found = await outbox.list({ state: tab, before, limit: rowsShown + 1 })
    const items = found.slice(0, rowsShown)
    const last = found.length > rowsShown ? items.at(-1) : undefined
    return c.html(
      await outboxPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        tab,
        counts: await outbox.counts(),
        rows: await rowsOf(items),
        isFirstPage: before === undefined,
        nextPath: last && `${path}?state=${tab}&before=${last.createdAt}-${last.itemId}`,
        isSetUp: await isMailSetUp(),
      }),
    )
  })
  routes.post(`${path}/:letterId/retry`, async (c) => {
    await outbox.retry(idOf(c), actingAsUser(c, clientOf))
    return c.redirect(path, 303)
  })
  routes.post(`${path}/:letterId/drop`, async (c) => {
    await outbox.drop(idOf(c), actingAsUser(c, clientOf))
    return c.redirect(`${path}?state=given-up`, 303)
  })
  return routes
}

function idOf(c: AppContext): Id<'ltr'> {
  const itemId = c.req.param('letterId') ?? ''
  if (!isId('ltr', itemId)) throw new Problem('HF-NOT-FOUND')
  return itemId
}

function cursorOf(text: string | undefined) {
  const match = /^(\d{1,15})-(ltr_[a-z2-7]{20})$/.exec(text ?? '')
  return match === null ? undefined : { createdAt: Number(match[1]), itemId: match[2]! }
}

function rowOf(item: OutboxItem): Omit<OutboxRowProps, 'customer'> {
  const { itemId, title, channel, recipient, recipientName, attempts, createdAt } = item
  return {
    id: itemId,
    title,
    isMail: channel === 'mail',
    to: recipientName === '' || channel === 'webhook' ? recipient : `${recipientName} <${recipient}>`,
    attempts,
    createdAtMs: createdAt,
    atMs: item.endedAt ?? item.dueAt,
    answer: item.lastAnswer,
  }
}
