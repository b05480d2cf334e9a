import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { appOfBox } from '../app-of-box.ts'
import { openBox } from '../box.ts'
import { defineLoneCommand, UsageError } from '../cli/command.ts'
import { openHttpListener } from '../listener/http-listener.ts'
import { createServices } from '../services.ts'
import { SetupError } from '../setup/setup-error.ts'
import { seedDemo } from './seed-demo.ts'
import { storyClock } from './story-clock.ts'

const passwordBytes = 10

/** `holdfast seed --demo`: a box to look at. Its clock is moved, so it is for a box that does not run. */
export const seedCommand = defineLoneCommand({
  name: 'seed',
  options: [{ name: 'demo', about: 'sample customers, plans, computers and a month of backups' }],
  about:
    'Fills an empty box with a demonstration, through the same code as real customers, and prints its logins. It refuses on a box\n' +
    'that is set up already, and needs one that does not run: start it afterwards.',
  input: z.object({}),
  prepare: ({ given }) => {
    if (given.demo !== true) throw new UsageError('seed needs --demo')
    return {}
  },
  runAlone: async (_input, { config, machine, report, signal, onTaken }) => {
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
    const clock = storyClock(machine.clock, timeZone)
    await using box = await openBox({ config, machine: { ...machine, clock }, onTaken })
    await using services = await createServices(box)
    if (await services.setup.isDone()) throw new SetupError('done', 'This box has customers already; nothing was added.')
    const app = await appOfBox(box, services, undefined)
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'))
    const listener = await openHttpListener({ fetch: app.fetch, host: '127.0.0.1', port: 0, tls: undefined })
    try {
      const newPassword = () => machine.randomness.bytes(passwordBytes).toString('hex')
      const result = await seedDemo({ services, clock, url: listener.url, timeZone, folder, newPassword, report, signal })
      return { result: { ...result, dataFolder: box.dataFolder } }
    } finally {
      services.orders.close()
      services.progress.close()
      await listener.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
  present: ({ logins, customers, computers, backups, failures }) => ({
    text: [
      `${customers} customers with ${computers} computers, ${backups} backups of a month and ${failures} that failed.`,
      'Logins (each password is said only here):',
      ...logins.map(({ role, name, email, password }) => `  ${email}  ${password}  ${name}, ${role}`),
      'Start the box with: npm start',
    ].join('\n'),
  }),
})
