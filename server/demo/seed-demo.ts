/**
 * Tells the story of a month: people, plans and computers come through the services, backups through the engine and the box's own
 * protocol. The box's clock begins a month ago and is moved from one backup to the next.
 */
import { join } from 'node:path'
import { actingOnTheBox } from '../audit/audit.ts'
import type { Services } from '../services.ts'
import type { UserIdentity } from '../users/user.ts'
import { connectDemoComputer, type RunningDemoComputer } from './demo-computer.ts'
import { type DemoCustomer, daysOf, demoCustomers, demoStaff } from './demo-story.ts'
import type { StoryClock } from './story-clock.ts'

export interface DemoLogin {
  readonly role: string
  readonly name: string
  readonly email: string
  readonly password: string
}

export interface Seeded {
  readonly logins: readonly DemoLogin[]
  readonly customers: number
  readonly computers: number
  readonly backups: number
  readonly failures: number
}

export async function seedDemo(options: {
  readonly services: Services
  readonly clock: StoryClock
  readonly url: string
  /** Of the computers: their schedules are meant so. */
  readonly timeZone: string
  readonly folder: string
  readonly newPassword: () => string
  readonly report: (line: string) => void
  readonly signal: AbortSignal
}): Promise<Seeded> {
  const { services, clock, report, newPassword } = options
  const logins: DemoLogin[] = []
  const login = (role: string, person: { readonly name: string; readonly email: string }) => {
    const known = { role, name: person.name, email: person.email, password: newPassword() }
    logins.push(known)
    return known
  }
  clock.goTo({ daysAgo: firstDay, hour: 8 })
  const { administrator, implementor } = demoStaff
  await services.setup.setUpByCommand({ ...login('Administrator', administrator), customer: administrator.customer })
  await services.users.create(login('Implementor', implementor), { staffRole: 'implementor', memberships: [] }, actingOnTheBox)

  const computers: RunningDemoComputer[] = []
  try {
    for (const customer of demoCustomers) {
      report(`${customer.name}: ${customer.computers.map(({ name }) => name).join(', ')}`)
      const owner = await register(services, customer, login(`Owner of ${customer.name}`, customer.owner))
      for (const story of customer.computers) {
        const days = daysOf(story, clock.isWorkday)
        computers.push(await connectDemoComputer({ ...options, owner, story, days, folder: join(options.folder, owner.userId) }))
      }
    }
    const done = await live(computers, options)
    return { logins, customers: demoCustomers.length + 1, computers: computers.length, ...done }
  } finally {
    for (const computer of computers) computer.close()
  }
}

const firstDay = 31
/** When the computers' day is over. */
const eveningHour = 18

async function register(services: Services, story: DemoCustomer, login: DemoLogin): Promise<UserIdentity> {
  const { name, plan, city, owner } = story
  const details = { contact: owner.name, email: owner.email, city }
  const { customer } = await services.registrations.register({ name, details, plan }, actingOnTheBox)
  if (story.isKitMissing === undefined) await services.recoveryKits.ofCustomer(customer, actingOnTheBox)
  const memberships = [{ customerId: customer.customerId, role: 'owner' as const }]
  return services.users.create(login, { staffRole: undefined, memberships }, actingOnTheBox)
}

/** Evening by evening. Today's may not have come yet: what would be then is now. */
async function live(
  computers: readonly RunningDemoComputer[],
  { services, clock, report, signal }: Pick<Parameters<typeof seedDemo>[0], 'services' | 'clock' | 'report' | 'signal'>,
): Promise<{ readonly backups: number; readonly failures: number }> {
  let [backups, failures] = [0, 0]
  for (let day = firstDay - 1; day >= 0; day -= 1) {
    clock.goTo({ daysAgo: day, hour: eveningHour })
    const tonight = computers.filter(({ days }) => days.includes(day))
    const failing = computers.filter(({ story }) => story.failsOn?.includes(day))
    await inLanes(tonight, ({ backUp }) => backUp(day), signal)
    await inLanes(failing, ({ fail }) => fail(), signal)
    backups += tonight.length
    failures += failing.length
    await services.usage.read()
    if (day % reportEveryDays === 0 && day > 0) report(`${day} days ago: ${backups} backups so far`)
  }
  return { backups, failures }
}

/** One computer sends while the box works for the other. */
const lanes = 2

/** Returns, or throws what went wrong, when all that was begun has ended. */
async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>, signal: AbortSignal): Promise<void> {
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      signal.throwIfAborted()
      await work(item)
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

const reportEveryDays = 7
