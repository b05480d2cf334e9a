/** All repositories of the box: one that fails, or whose disk is away, keeps nobody from the others. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RepositoryReport } from '../../../server/checks/check.ts'
import { checkAll, checkedSentence } from '../../../server/checks/check-all.ts'
import type { ChecksService } from '../../../server/checks/checks-service.ts'
import { VolumeError } from '../../../server/storage-volumes/storage-volume.ts'
import { setUpApp } from '../../support/test-app.ts'
import { newCustomer } from '../../support/two-customers.ts'

const { signal } = new AbortController()
let box: Awaited<ReturnType<typeof setUpApp>>

beforeEach(async () => {
  box = await setUpApp()
  for (const name of ['Quay Dental', 'Harbour Law']) await newCustomer(box, name)
})
afterEach(() => box[Symbol.asyncDispose]())

/** Checks that answer in turn: a report, or what they throw. */
function checkAnswering(answers: readonly (Error | Partial<RepositoryReport>)[]) {
  const asked: number[] = []
  const checks = {
    check: async ({ repositoryId }: { readonly repositoryId: number }) => {
      const answer = answers[asked.length]
      asked.push(repositoryId)
      if (answer instanceof Error) throw answer
      return { packs: 2, readBytes: 10, damageCount: 0, ...answer } as RepositoryReport
    },
  } as unknown as ChecksService
  const run = () => checkAll({ database: box.database, checks, reading: 'due', onProgress: () => {}, signal })
  return { asked, run }
}

test('sums up what each of them said', async () => {
  const { asked, run } = checkAnswering([{}, { damageCount: 3 }, {}])
  expect(await run()).toEqual({ repositories: 3, packs: 6, readBytes: 30, damageCount: 3, absent: 0 })
  expect(new Set(asked).size).toBe(3)
})

test('a disk that is away is counted, and no failure', async () => {
  const { run } = checkAnswering([{}, new VolumeError('wrong', 'not there'), {}])
  const checked = await run()
  expect(checked).toMatchObject({ repositories: 2, absent: 1 })
  expect(checkedSentence(checked)).toBe(
    '4 packs looked at, 20 bytes of them read: all whole. 1 not looked at: their disk is not there.',
  )
})

test('a failure is thrown when all others were looked at', async () => {
  const { asked, run } = checkAnswering([new Error('of the first'), {}, new Error('of the third')])
  await expect(run()).rejects.toThrow('of the first')
  expect(asked).toHaveLength(3)
})
