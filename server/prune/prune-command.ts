import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import type { ChoreProgress } from '../chores/chore.ts'
import { defineCommand, exitCodes, UsageError } from '../cli/command.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { Services } from '../services.ts'
import { type PruneOrder, type PruneReportBody, reclaimable } from './prune-order.ts'
import { pruneText } from './prune-text.ts'

const inputSchema = z.object({ kind: z.enum(['usual', 'plan', 'now']), confirmedBytes: z.number().optional() })

/** `holdfast prune`: what happens every night, now. Exit 1 when something was refused, or not confirmed. */
export const pruneCommand = defineCommand({
  name: 'prune',
  options: [
    { name: 'plan', about: 'only says what would go' },
    { name: 'now', about: 'without the waits of one and seven days; shows the plan, and asks for its number' },
    { name: 'confirm', value: 'BYTES', about: 'with --now: the number that the plan showed' },
  ],
  about:
    'Frees what no version needs any more. Nothing that a version, a pin, the bin or a running backup needs is touched.\n' +
    '`--now` cannot be taken back: without --confirm it shows the plan, and what to type.',
  input: inputSchema,
  prepare: ({ given }) => {
    if (given.plan === true && given.now === true) throw new UsageError('Choose --plan or --now.')
    if (given.confirm === undefined)
      return { kind: given.plan === true ? ('plan' as const) : given.now === true ? ('now' as const) : ('usual' as const) }
    if (given.now !== true) throw new UsageError('--confirm belongs to --now.')
    const text = String(given.confirm)
    if (!/^\d{1,15}$/.test(text)) throw new UsageError('--confirm takes the number of bytes that the plan showed.')
    return { kind: 'now' as const, confirmedBytes: Number(text) }
  },
  run: async ({ kind, confirmedBytes }, { services, report, signal }) => {
    const isShown = kind === 'plan' || (kind === 'now' && confirmedBytes === undefined)
    const order: PruneOrder = isShown
      ? { kind: 'plan' }
      : kind === 'now'
        ? { kind, confirmedBytes: confirmedBytes ?? 0, actingAs: actingOnTheBox }
        : { kind: 'usual' }
    const onProgress = progressLines(report)
    const { detail } = await services.chores.runToEnd('prune', { input: order, signal, onProgress })
    const found = detail as PruneReportBody
    const confirm = reclaimable(found.repositories)
    const isUnconfirmed = kind === 'now' && isShown
    const text = await textOf(services, found)
    const hint = isUnconfirmed ? `\n\nNothing was done. To do it without any wait: holdfast prune --now --confirm ${confirm}` : ''
    const isRefused = found.repositories.some(({ refusal, isRebuildNeeded }) => refusal !== undefined || isRebuildNeeded)
    return {
      result: { text: text + hint, report: { ...found, ...(isShown ? { confirm } : {}), isConfirmed: !isUnconfirmed } },
      exitCode: isRefused || isUnconfirmed ? exitCodes.failed : exitCodes.ok,
    }
  },
  present: ({ text, report }) => ({ text, json: report }),
})

async function textOf({ customers }: Pick<Services, 'customers'>, report: PruneReportBody): Promise<string> {
  const names = new Map<string, string>()
  for (const { customerId } of report.repositories) {
    const customer = await customers.find(customerId)
    names.set(customerId, customer === undefined ? customerId : `${customer.name} (${formatCustomerNumber(customer.number)})`)
  }
  return pruneText(report, ({ customerId }) => names.get(customerId) ?? customerId)
}

/** A line when another step begins. */
function progressLines(report: (line: string) => void): (progress: ChoreProgress) => void {
  let last = ''
  return ({ words }) => {
    if (words !== last) report(words)
    last = words
  }
}
