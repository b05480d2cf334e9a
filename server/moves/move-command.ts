import { z } from 'zod'
import { defineCommand, type Outcome, UsageError } from '../cli/command.ts'

interface Moved {
  readonly text: string
  readonly uid: string | null
  readonly folder: string | null
}

/** `holdfast move`: plans a move, carries it out to its end, and says where the repository lies. */
export const moveCommand = defineCommand({
  name: 'move',
  options: [
    { name: 'customer', value: 'C', about: 'whose repository: id, number or name' },
    { name: 'to', value: 'FOLDER', about: 'a folder on another disk, or `repositories` for back into the data folder' },
    { name: 'give-up', about: 'ends a move that has not switched yet, and removes what it copied' },
  ],
  about: 'Backups and restores go on meanwhile. Stopped with Ctrl-C it keeps what it copied; the same command goes on.',
  input: z.object({ customer: z.string().optional(), to: z.string().optional(), isGivenUp: z.boolean() }),
  prepare: ({ given }) => {
    const isGivenUp = given['give-up'] === true
    if (
      isGivenUp === (given.customer !== undefined || given.to !== undefined) ||
      (given.customer === undefined) !== (given.to === undefined)
    )
      throw new UsageError('Give --customer and --to, or --give-up alone.')
    return isGivenUp ? { isGivenUp } : { isGivenUp, customer: String(given.customer), to: String(given.to) }
  },
  run: async ({ customer: named, to, isGivenUp }, { services, signal, report }): Promise<Outcome<Moved>> => {
    const { chores, customers, repositories } = services
    const { moves } = services.uploads
    if (isGivenUp) {
      chores.cancel('move')
      await chores.settled('move')
      await moves.giveUp()
      return { result: { text: 'The move was given up. Everything is where it was.', uid: null, folder: null } }
    }
    const customer = await customers.getNamed(named ?? '')
    const repository = await repositories.findOfCustomer(customer.customerId)
    if (repository === undefined || to === undefined) throw new UsageError(`${customer.name} has no backups here.`)
    const move = await moves.plan(repository, to)
    let said = ''
    await chores.runToEnd('move', {
      signal,
      onProgress: ({ words }) => {
        if (words !== said) report(words)
        said = words
      },
    })
    return { result: { text: `The backups of ${customer.name} lie at ${move.to} now.`, uid: move.uid, folder: move.to } }
  },
  present: ({ text, ...moved }) => ({ text, json: moved }),
})
