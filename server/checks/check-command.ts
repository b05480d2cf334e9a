import { z } from 'zod'
import { textOfBytes } from '../../engine/index.ts'
import { defineCommand, exitCodes } from '../cli/command.ts'
import { type Customer, formatCustomerNumber } from '../customers/customer.ts'
import { formatTime } from '../http/api-schemas.ts'
import type { RepairReport } from '../repair/repair.ts'
import { repairSentence } from '../repair/repair-all.ts'
import type { Repository } from '../repositories/repository.ts'
import type { Services } from '../services.ts'
import type { CheckProgress, CheckReport, RepositoryReport } from './check.ts'
import { halfDamagedPacks, isDamaged } from './check.ts'
import { checkText, type NamedReport } from './check-text.ts'

/** `holdfast check`: reports and marks; exit 1 when anything is damaged. It names files: it is for whoever may run it on the box. */
export const checkCommand = defineCommand({
  name: 'check',
  options: [
    { name: 'data', about: 'also reads every record, checks its seal and opens it' },
    { name: 'repair', about: 'then saves what is whole of a damaged pack, from every copy there is, and checks again' },
    { name: 'customer', value: 'C', about: 'of this customer only: id, number or name' },
  ],
  about: 'Damaged records are marked, so that nobody is given them and the next backup sends them again. Nothing is deleted.',
  input: z.object({ isDataRead: z.boolean(), isRepaired: z.boolean(), customer: z.string().optional() }),
  prepare: ({ given }) => ({
    isDataRead: given.data === true,
    isRepaired: given.repair === true,
    customer: given.customer === undefined ? undefined : String(given.customer),
  }),
  run: async ({ isDataRead, isRepaired, customer: named }, { services, report, signal }) => {
    const customers = named === undefined ? await listCustomers(services) : [await services.customers.getNamed(named)]
    const checked: CheckedCustomer[] = []
    for (const customer of customers) {
      const repository = await services.repositories.findOfCustomer(customer.customerId)
      if (repository === undefined) continue
      const onProgress = progressLines(customer.name, report)
      const found = await services.checks.check(repository, { reading: isDataRead ? 'all' : 'structure', onProgress, signal })
      const repaired = isRepaired ? await repairFound(repository, found, services, signal) : undefined
      checked.push({ customer: `${customer.name} (${formatCustomerNumber(customer.number)})`, report: found, repaired })
    }
    const asItIs = checked.map(({ report: found, repaired }) => repaired?.after ?? found)
    const isHurt = isDamaged({ isDataRead, repositories: asItIs })
    return {
      result: {
        text: [checkText(isDataRead, checked), ...checked.flatMap(repairLines)].join('\n'),
        report: {
          ...reportBody({ isDataRead, repositories: asItIs }),
          ...(isRepaired ? { repairs: checked.map(repairBody) } : {}),
        },
      },
      exitCode: isHurt ? exitCodes.failed : exitCodes.ok,
    }
  },
  present: ({ text, report }) => ({ text, json: report }),
})

interface CheckedCustomer extends NamedReport {
  readonly repaired: { readonly repair: RepairReport; readonly after: RepositoryReport } | undefined
}

async function repairFound(
  repository: Repository,
  found: RepositoryReport,
  { checks, uploads }: Pick<Services, 'checks' | 'uploads'>,
  signal: AbortSignal,
): Promise<CheckedCustomer['repaired']> {
  const repair = await uploads.repair.repair(repository, { also: halfDamagedPacks(found.damage), signal })
  return { repair, after: await checks.check(repository, { reading: 'structure', signal }) }
}

function repairLines({ customer, repaired }: CheckedCustomer): readonly string[] {
  if (repaired === undefined) return []
  const { repair, after } = repaired
  const state = after.damageCount === 0 ? 'Everything is whole now.' : checkText(false, [{ customer, report: after }])
  return [`${customer}, repaired: ${repairSentence(repair)}`, state]
}

function repairBody({ report: { customerId }, repaired }: CheckedCustomer) {
  return { customerId, ...repaired?.repair }
}

const customersPerPage = 200

async function listCustomers({ customers }: Pick<Services, 'customers'>): Promise<readonly Customer[]> {
  const all: Customer[] = []
  for (;;) {
    const afterNumber = all.at(-1)?.number ?? 0
    const page = await customers.list({ reach: 'all', afterNumber, limit: customersPerPage })
    all.push(...page)
    if (page.length < customersPerPage) return all
  }
}

const percentsPerLine = 10

/** A line for every tenth of the bytes. */
function progressLines(name: string, report: (line: string) => void): (progress: CheckProgress) => void {
  let told = 0
  return ({ bytes, bytesTotal, packs, packsTotal }) => {
    const percents = bytesTotal === 0 ? 100 : Math.floor((bytes * 100) / bytesTotal)
    if (percents < told + percentsPerLine || percents >= 100) return
    told = percents
    report(`${name}: ${percents} %, ${packs} of ${packsTotal} packs`)
  }
}

function reportBody({ isDataRead, repositories }: CheckReport) {
  const hurt = isDamaged({ isDataRead, repositories })
  return {
    isDataRead,
    isDamaged: hurt,
    code: hurt ? 'HF-CHECK-FOUND-DAMAGE' : null,
    repositories: repositories.map(({ affectedVersions, affectedPaths, ...rest }) => ({
      ...rest,
      affectedVersions: affectedVersions.map(({ takenAt, ...version }) => ({ ...version, takenAt: formatTime(takenAt) })),
      affectedPaths: affectedPaths.map(({ path, ...found }) => ({ ...found, path: textOfBytes(path) })),
    })),
  }
}
