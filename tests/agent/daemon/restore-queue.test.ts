/** What the queue of restores makes of a box that is away, a state folder that is full, and a program that is stopped in the middle. */
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Surroundings } from '../../../agent/command-line/surroundings.ts'
import { createRestoreQueue, type RestoreWork } from '../../../agent/daemon/restore-queue.ts'
import { openWorkBook, type PendingRestore } from '../../../agent/daemon/work-book.ts'
import type { RestoresApi, RestoreTask } from '../../../agent/link/restores-api.ts'
import { RefusedError, type RestoreResult, type SelectedItem, StorageError } from '../../../engine/index.ts'
import { nothingCounted } from '../../../selection/restore-order.ts'

const startMs = Date.UTC(2026, 2, 14, 12)
const minuteMs = 60_000
const item = { path: Buffer.from('home/docs'), entry: undefined, tree: undefined, above: [] } as unknown as SelectedItem
const before = { id: 'snap_before', root: 'ab', startedAtMs: startMs }

const wholeTask: RestoreTask = {
  ...{ id: 'rst_x', mode: 'restore', rule: 'replace-all', folder: undefined, isStripped: false },
  ...{ version: { id: 'snap_x', job: 'office' }, items: [item], absent: [], lost: [] },
}
const result = (counts: Partial<RestoreResult> = {}): RestoreResult => ({
  ...{ files: 0, directories: 0, symlinks: 0, others: 0, sockets: 0, bytes: 0, replaced: 0, unchanged: 0 },
  ...{
    besideCount: 0,
    beside: [],
    keptCount: 0,
    takenCount: 0,
    kept: [],
    failedCount: 0,
    failed: [],
    notSetCount: 0,
    notSet: [],
  },
  ...{ verified: { files: counts.files ?? 0, bytes: 0 }, stopped: undefined, receivedBytes: 0, elapsedMs: 5, ...counts },
})

const removal = { removed: 0, leftCount: 0, left: [] }

/** A queue with one restore in its book, and everything around it made up. */
function queueOf(
  options: {
    readonly task?: () => Promise<RestoreTask | undefined>
    readonly restore?: RestoreWork['restore']
    readonly pending?: Partial<PendingRestore>
  } = {},
) {
  const home = mkdtempSync(join(tmpdir(), 'holdfast queue '))
  const folder = join(home, 'state')
  renameSync(mkdtempSync(join(home, 'new')), folder)
  const book = openWorkBook(join(folder, 'work.json'), 'dev_x')
  book.write({ restores: [{ id: 'rst_x', order: 'ord_x', tries: 0, notBeforeMs: startMs, ...options.pending }] })
  const stop = new AbortController()
  const seen = { nowMs: startMs, changes: 0, restores: 0, backups: 0 }
  const surroundings = {
    now: () => seen.nowMs,
    stop: stop.signal,
    randomBytes: () => Buffer.from([128]),
  } as unknown as Surroundings
  const queue = createRestoreQueue({
    program: { surroundings, log: { write: () => {} } },
    book,
    api: { task: options.task ?? (async () => wholeTask), report: async () => {}, tellRehearsal: async () => {} } as RestoresApi,
    work: {
      backUpBefore: async () => {
        seen.backups += 1
        return before
      },
      restore: async (of) => {
        seen.restores += 1
        return options.restore ? await options.restore(of) : result({ files: 3 })
      },
      rehearse: async () => Promise.reject(new Error('not asked for')),
    },
    onChange: () => {
      seen.changes += 1
    },
  })
  return {
    ...{ queue, book, seen, stop },
    reports: () => book.now().restoreReports.map(({ report }) => report),
    takeFolderAway: () => renameSync(folder, `${folder} away`),
    bringFolderBack: () => renameSync(`${folder} away`, folder),
    turn: async (laterMs = 0) => {
      seen.nowMs += laterMs
      queue.look()
      await queue.idle()
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true }),
  }
}

const refusal = (status: number) => new RefusedError({ code: 'HF-INTERNAL', title: 'Something went wrong', status })

describe('a state folder that cannot be written', () => {
  test('holds the queue for a minute, and nothing is begun that the book does not know', async () => {
    using one = queueOf()
    one.takeFolderAway()
    await one.turn()
    expect(one.seen).toMatchObject({ restores: 0, changes: 1 })
    // The daemon sleeps until then: it would look again at once otherwise, for ever.
    expect(one.queue.nextAtMs()).toBe(startMs + minuteMs)
    await one.turn(minuteMs - 1)
    expect(one.seen).toMatchObject({ restores: 0, changes: 1 })
    one.bringFolderBack()
    await one.turn(1)
    expect(one.reports()).toMatchObject([{ state: 'done', counters: { files: 3, attempts: 1 } }])
  })

  test('at the end loses nothing: how it ended is written later, and it is not done again', async () => {
    using one = queueOf({
      restore: async () => {
        one.takeFolderAway()
        return result({ files: 3 })
      },
    })
    await one.turn()
    expect(one.queue.nextAtMs()).toBe(startMs + minuteMs)
    await one.turn(minuteMs)
    expect(one.reports()).toEqual([])
    one.bringFolderBack()
    await one.turn(minuteMs)
    expect(one.seen.restores).toBe(1)
    expect(one.reports()).toMatchObject([{ state: 'done', counters: { files: 3 } }])
    expect(one.book.now()).toMatchObject({ restores: [], orderReports: [{ id: 'ord_x', report: { state: 'done' } }] })
  })

  test('leaves the book as it was', () => {
    using one = queueOf()
    one.takeFolderAway()
    expect(() => one.book.write({ restores: [] })).toThrow(expect.objectContaining({ code: 'HF-STATE-UNUSABLE' }))
    expect(one.book.now().restores).toHaveLength(1)
  })
})

describe('a box that does not answer', () => {
  test.each([
    { title: 'within its time', error: () => Object.assign(new Error('aborted'), { name: 'AbortError' }) },
    { title: 'within its time, as signals say it', error: () => new DOMException('', 'TimeoutError') },
    { title: 'at all', error: () => new StorageError('unreachable', 'cannot be reached') },
    { title: 'but that it failed', error: () => refusal(500) },
    { title: 'and a proxy that says so', error: () => new StorageError('broken', 'answered 502 without saying why') },
  ])('$title: the order waits on', async ({ error }) => {
    using one = queueOf({ task: () => Promise.reject(error()) })
    await one.turn()
    expect(one.reports()).toEqual([])
    const [pending] = one.book.now().restores
    expect(pending!.notBeforeMs).toBeGreaterThan(startMs)
    expect(one.queue.nextAtMs()).toBe(pending!.notBeforeMs)
  })

  test('but that it failed, again and again: then it has failed', async () => {
    let isAway = true
    using one = queueOf({ task: () => Promise.reject(isAway ? new StorageError('unreachable', 'away') : refusal(500)) })
    for (let look = 0; look < 50; look += 1) await one.turn(60 * minuteMs)
    isAway = false
    for (let look = 0; look < 24; look += 1) await one.turn(60 * minuteMs)
    expect(one.reports()).toMatchObject([{ state: 'failed', code: 'HF-INTERNAL', counters: { attempts: 0 } }])
  })

  test('what waited only, was not begun twice', async () => {
    let isAway = true
    using one = queueOf({ task: async () => (isAway ? Promise.reject(refusal(503)) : wholeTask) })
    await one.turn()
    isAway = false
    await one.turn(60 * minuteMs)
    expect(one.reports()).toMatchObject([{ state: 'done', counters: { attempts: 1 } }])
  })
})

describe('interrupted', () => {
  test('it counts what all attempts did, and what is the same only by their doing not again', async () => {
    const attempts = [result({ files: 5, bytes: 50, besideCount: 1 }), result({ files: 2, bytes: 20, unchanged: 6 })]
    const isFirst: boolean[] = []
    using one = queueOf({
      restore: async (of) => {
        isFirst.push(of.isFirst)
        const now = attempts.shift()!
        if (attempts.length === 0) return now
        of.onEnded(now)
        throw new StorageError('unreachable', 'cannot be reached')
      },
    })
    await one.turn()
    await one.turn(60 * minuteMs)
    expect(isFirst).toEqual([true, false])
    expect(one.reports()).toMatchObject([
      { state: 'done', counters: { files: 7, bytes: 70, same: 1, beside: 1, verifiedFiles: 7, elapsedMs: 10, attempts: 2 } },
    ])
  })

  test('and cancelled meanwhile, it says what was written by then, and what takes it back', async () => {
    const counted = { ...nothingCounted, files: 5, attempts: 1 }
    using one = queueOf({ task: async () => undefined, pending: { tries: 1, counted, before } })
    await one.turn()
    expect(one.reports()).toMatchObject([{ state: 'cancelled', before: 'snap_before', counters: { files: 5, attempts: 1 } }])
    using other = queueOf({ pending: { tries: 1, counted } })
    other.queue.cancel('rst_x')
    expect(other.reports()).toMatchObject([{ state: 'cancelled', counters: { files: 5 } }])
  })

  test('ended on the box before it was looked at, there is nothing to say', async () => {
    using one = queueOf({ task: async () => undefined })
    await one.turn()
    expect(one.reports()).toEqual([])
    expect(one.book.now()).toMatchObject({ restores: [], orderReports: [{ report: { state: 'done' } }] })
  })

  test('by the end of the program, it goes on with the next', async () => {
    using one = queueOf({
      restore: async (of) => {
        of.onEnded(result({ files: 5 }))
        one.stop.abort()
        throw Object.assign(new Error('stopped'), { name: 'AbortError' })
      },
    })
    await one.turn()
    expect(one.reports()).toEqual([])
    expect(one.book.now().restores).toMatchObject([{ notBeforeMs: startMs, counted: { files: 5, attempts: 1 } }])
  })
})

test.each([
  { title: 'all of it', end: result({ files: 3 }), state: 'done' },
  { title: 'what the rule keeps', end: result({ keptCount: 1 }), state: 'done' },
  { title: 'without its owners', end: result({ files: 3, notSetCount: 3 }), state: 'done' },
  { title: 'a name that was taken meanwhile', end: result({ keptCount: 1, takenCount: 1 }), state: 'partly' },
  { title: 'a file that failed', end: result({ failedCount: 1 }), state: 'partly' },
  { title: 'a revert without its owners', end: { ...result({ notSetCount: 3 }), ...removal }, state: 'partly' },
  { title: 'a revert that kept something', end: { ...result({ keptCount: 1 }), ...removal }, state: 'partly' },
  { title: 'a revert that left something', end: { ...result(), ...removal, leftCount: 1 }, state: 'partly' },
  { title: 'a revert', end: { ...result(), ...removal, removed: 2 }, state: 'done' },
  { title: 'a full disk', end: result({ stopped: { code: 'ENOSPC', detail: 'no space left' } }), state: 'failed' },
])('$title is $state', async ({ end, state }) => {
  using one = queueOf({ restore: async () => end })
  await one.turn()
  expect(one.reports()).toMatchObject([{ state, counters: { notSet: end.notSetCount } }])
})

describe('what nobody can read', () => {
  const lost = [Buffer.from('home/docs/spoiled')]

  test('is among what failed', async () => {
    using one = queueOf({ task: async () => ({ ...wholeTask, lost }) })
    await one.turn()
    expect(one.reports()).toMatchObject([
      { state: 'partly', counters: { files: 3, failed: 1 }, failed: [{ path: '/home/docs/spoiled', code: 'record-damaged' }] },
    ])
  })

  test.each([
    { title: 'in a revert', task: { mode: 'revert', lost } as const, code: 'HF-STORED-DATA-DAMAGED' },
    { title: 'when it is all', task: { items: [], lost }, code: 'HF-STORED-DATA-DAMAGED' },
    { title: 'when there is nothing', task: { items: [] }, code: 'HF-PATH-NOT-IN-VERSION' },
  ])('$title, nothing is touched', async ({ task, code }) => {
    using one = queueOf({ task: async () => ({ ...wholeTask, ...task }) })
    await one.turn()
    expect(one.reports()).toMatchObject([{ state: 'failed', code }])
    expect(one.seen).toMatchObject({ restores: 0, backups: 0 })
  })
})
