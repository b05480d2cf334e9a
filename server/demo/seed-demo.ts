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
/** When the computers' day is over; one after the other, as a day has many minutes. */
const eveningHour = 18

async function register(services: Services, story: DemoCustomer, login: DemoLogin): Promise<UserIdentity> {
  const { name, plan, city, owner } = story
  const details = { contact: owner.name, email: owner.email, city }
  const { customer } = await services.registrations.register({ name, details, plan }, actingOnTheBox)
  if (story.isKitMissing === undefined) await services.recoveryKits.ofCustomer(customer, actingOnTheBox)
  const memberships = [{ customerId: customer.customerId, role: 'owner' as const }]
  return services.users.create(login, { staffRole: undefined, memberships }, actingOnTheBox)
}

/** Day by day, each computer in turn. Today's evening may not have come yet: what would be then is now. */
async function live(
  computers: readonly RunningDemoComputer[],
  { services, clock, report, signal }: Pick<Parameters<typeof seedDemo>[0], 'services' | 'clock' | 'report' | 'signal'>,
): Promise<{ readonly backups: number; readonly failures: number }> {
  let [backups, failures] = [0, 0]
  for (let day = firstDay - 1; day >= 0; day -= 1) {
    for (const [index, { days, story, backUp, fail }] of computers.entries()) {
      signal.throwIfAborted()
      clock.goTo({ daysAgo: day, hour: eveningHour, minute: index * 2 })
      if (days.includes(day)) {
        await backUp(day)
        backups += 1
      } else if (story.failsOn?.includes(day) === true) {
        await fail()
        failures += 1
      }
    }
    await services.usage.read()
    if (day % reportEveryDays === 0 && day > 0) report(`${day} days ago: ${backups} backups so far`)
  }
  return { backups, failures }
}

const reportEveryDays = 7
