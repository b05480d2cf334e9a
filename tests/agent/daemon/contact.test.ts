/** What the conversation with the box does with what the box refuses. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Program } from '../../../agent/command-line/program.ts'
import { keepContact } from '../../../agent/daemon/contact.ts'
import { openWorkBook } from '../../../agent/daemon/work-book.ts'
import type { RestoreReport } from '../../../agent/link/restores-api.ts'
import type { TellingApi } from '../../../agent/link/telling-api.ts'
import type { RunOutbox } from '../../../agent/runs/run-outbox.ts'
import { RefusedError } from '../../../engine/index.ts'
import { nothingCounted } from '../../../selection/restore-order.ts'

test('a report of a restore that is refused is sent without its names, so that the box hears of the end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast contact '))
  const stop = new AbortController()
  const book = openWorkBook(join(folder, 'work.json'), 'dev_x')
  const lists = { kept: [], beside: [], notSet: [], left: [] }
  const failed = [{ path: '/home/x', code: 'odd', detail: '' }]
  const report = {
    state: 'partly',
    code: null,
    detail: null,
    before: 'snap_x',
    counters: nothingCounted,
    failed,
    ...lists,
  } as const
  book.write({ restoreReports: [{ id: 'rst_x', report }] })
  const sent: RestoreReport[] = []
  const contact = keepContact({
    program: {
      surroundings: { stop: stop.signal, now: () => 0, randomBytes: () => Buffer.from([0]) },
      log: { write: () => {} },
    } as unknown as Program,
    api: {
      tellJobs: async () => {},
      orders: async () => {
        stop.abort()
        return []
      },
    } as unknown as TellingApi,
    restores: {
      report: async (_, one) => {
        sent.push(one)
        if (one.failed.length > 0)
          throw new RefusedError({ code: 'HF-VALIDATION', title: 'Something is not as it should be', status: 422 })
      },
    },
    book,
    outbox: { keys: () => [] } as unknown as RunOutbox,
    jobs: () => ({}),
    onOrder: async () => {},
  })
  await contact.ended
  rmSync(folder, { recursive: true })
  expect(sent).toEqual([report, { ...report, failed: [] }])
  expect(book.now().restoreReports).toEqual([])
})
