/** What the collector wrote down of many repositories, asked for at once: each is given its own, in the order asked for. */
import { expect, test } from 'vitest'
import { listReports, savePlan, saveRefusal } from '../../../server/prune/prune-reports-table.ts'
import { newCustomer, twoCustomers } from '../../support/two-customers.ts'

test('reports of several repositories come in the order in which they are asked for', async () => {
  await using box = await twoCustomers()
  const db = box.database.kysely
  const third = await newCustomer(box, 'Calder & Rowe')
  const [planned, refused, untouched] = await Promise.all(
    [box.own, box.other, third].map(async ({ customer }) => {
      return (await box.repositories.findOfCustomer(customer.customerId))!.repositoryId
    }),
  )
  await savePlan(db, planned!, { reclaimableBytes: 77 } as never, 1000)
  await saveRefusal(db, refused!, { kind: 'holes', count: 3 } as never, 2000)

  const reports = await listReports(db, [untouched!, refused!, planned!])

  expect(reports.map(({ plan, refusal }) => [plan?.outlook.reclaimableBytes, refusal?.at])).toEqual([
    [undefined, undefined],
    [undefined, 2000],
    [77, undefined],
  ])
  expect(await listReports(db, [])).toEqual([])
})
