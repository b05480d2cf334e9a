/** What the newest checks of many repositories found, asked for at once: each is given its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePackId } from '../../../engine/index.ts'
import { saveCheck } from '../../../server/checks/check-history-table.ts'
import type { CheckRecord } from '../../../server/checks/check-record.ts'
import type { Customer } from '../../../server/customers/customer.ts'
import { type PackState, packKindNumbers, packStates } from '../../../server/packs/pack.ts'
import type { RepositoryId } from '../../../server/repositories/repository.ts'
import { newCustomer, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let hurt: RepositoryId
let whole: RepositoryId
let never: RepositoryId

const pack = parsePackId('ab'.repeat(32))
const nothing: CheckRecord = {
  reading: 'all',
  startedAt: 1000,
  endedAt: 2000,
  packs: 1,
  bytes: 10,
  readBytes: 10,
  records: 1,
  versions: 1,
  damageCount: 0,
  damagedVersions: 0,
  facts: { damage: [], versions: [], pathsCount: 0, arePathsComplete: true },
}
const copyDamaged: CheckRecord = {
  ...nothing,
  damageCount: 1,
  facts: { ...nothing.facts, damage: [{ kind: 'copy-damaged', pack, copy: 'packs2', why: 'It is gone.' }] },
}

beforeAll(async () => {
  box = await twoCustomers()
  const third = await newCustomer(box, 'Calder & Rowe')
  hurt = await repositoryOf(box.own.customer)
  whole = await repositoryOf(box.other.customer)
  never = await repositoryOf(third.customer)

  await saveCheck(box.database, hurt, { ...nothing, endedAt: 10 })
  await saveCheck(box.database, hurt, { ...copyDamaged, endedAt: 20 })
  await saveCheck(box.database, hurt, { ...nothing, reading: 'structure', endedAt: 30 })
  await saveCheck(box.database, whole, { ...copyDamaged, endedAt: 40 })
  await saveCheck(box.database, whole, { ...nothing, endedAt: 50 })
  await insertPack(hurt, { provedAt: 0, state: 'stored' })
  await insertPack(hurt, { provedAt: 300, state: 'purged' })
  await insertPack(hurt, { provedAt: 500, state: 'condemned' })
  await insertPack(hurt, { provedAt: 700, state: 'stored' })
  await insertPack(whole, { provedAt: 600, state: 'stored' })
})
afterAll(() => box[Symbol.asyncDispose]())

async function repositoryOf({ customerId }: Customer): Promise<RepositoryId> {
  return (await box.repositories.findOfCustomer(customerId))!.repositoryId
}

let packs = 0
async function insertPack(repositoryId: RepositoryId, of: { readonly provedAt: number; readonly state: PackState }) {
  packs += 1
  await box.database.kysely
    .insertInto('packs')
    .values({
      repository_id: repositoryId,
      pack_id: Buffer.alloc(32, packs),
      kind: packKindNumbers.data,
      state: packStates[of.state],
      size_bytes: 100,
      record_bytes: 90,
      records: 1,
      claim_seq: 1,
      session_seq: 1,
      device_id: null,
      received_at: 1,
      state_at: 1,
      proved_at: of.provedAt,
    })
    .execute()
}

describe('checks of several repositories', () => {
  test('are told in the order in which they are asked for', async () => {
    const found = await box.devicesSide.checks.list([never, whole, hurt])
    expect(found.map(({ newest }) => newest?.endedAt)).toEqual([undefined, 50, 20])
    expect(found.map(({ oldestProofAt }) => oldestProofAt)).toEqual([undefined, 600, 500])
    expect(found.map(({ halfDamaged }) => halfDamaged)).toEqual([[], [], [pack]])
  })

  test('none is asked for: none is told', async () => {
    expect(await box.devicesSide.checks.list([])).toEqual([])
  })

  test('what waits to be opened is summed over all', async () => {
    await insertPack(whole, { provedAt: 0, state: 'stored' })
    await insertPack(never, { provedAt: 0, state: 'missing' })
    expect(await box.devicesSide.verification.backlog()).toEqual({ packs: 2, bytes: 200, oldestAt: 1 })
  })
})
