/** What a drill decides without reading anything: which failures say what, which plans it looks at, what stays open, what pages say. */
import { describe, expect, test } from 'vitest'
import type { DrillStanding } from '../../../server/drills/drill.ts'
import { provedProps, waitWords } from '../../../server/drills/drill-props.ts'
import { openAfter } from '../../../server/drills/open-paths.ts'
import { type DrillPlan, maxPlansOfDrill, pickPlans } from '../../../server/drills/pick-plans.ts'
import { failureKind } from '../../../server/drills/restore-failure.ts'
import { type Id, newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'

const version = () => newId('snap', systemRandomness)
const plan = (job: string): DrillPlan => ({ version: version(), job })

describe('a file that the engine could not bring back', () => {
  test.each([
    ...['ENAMETOOLONG', 'EILSEQ', 'unsafe-name'].map((code) => ({ code, kind: 'name' })),
    ...['EIO', 'EMFILE', 'ENOSPC', 'EACCES', 'EROFS', 'ENOMEM'].map((code) => ({ code, kind: 'scratch' })),
    ...['EEXIST', 'ENOTDIR', 'EINVAL', 'missing', 'record-damaged', 'verify-failed', 'failed'].map((code) => ({
      code,
      kind: 'damage',
    })),
  ])('$code says something of the $kind', ({ code, kind }) => {
    expect(failureKind(code)).toBe(kind)
  })
})

describe('of the plans of a computer', () => {
  const many = Array.from({ length: 40 }, (_, index) => plan(`plan ${index}`))

  test('all are looked at while they are few, in their order', () => {
    const few = many.slice(0, maxPlansOfDrill)
    expect(pickPlans(few, { damagedJobs: new Set(), seed: 1 })).toEqual(few)
  })

  test('of many sixteen are, those with damage among them, the newest first, and each has its turn', () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 60; seed += 1) {
      const picked = pickPlans(many, { damagedJobs: new Set(['plan 39', 'plan 3']), seed })
      expect(picked).toHaveLength(maxPlansOfDrill)
      expect(picked).toEqual(many.filter((one) => picked.includes(one)))
      const jobs = picked.map(({ job }) => job)
      expect(jobs).toEqual(expect.arrayContaining(['plan 3', 'plan 39']))
      for (const job of jobs) seen.add(job)
    }
    expect(seen.size).toBe(many.length)
  })
})

describe('what was damaged', () => {
  const plans = [plan('a'), plan('b')]
  const before = [
    { job: 'a', path: 'one' },
    { job: 'a', path: 'two' },
    { job: 'b', path: 'three' },
    { job: 'gone', path: 'four' },
  ]
  const file = (path: string, problem?: string) =>
    ({
      path,
      why: ['again'],
      sizeBytes: 1,
      way: 'restored',
      isTimeCompared: true,
      ranges: undefined,
      sha256: undefined,
      problem,
    }) as const
  const drilled = (job: string, files: ReturnType<typeof file>[], lost: readonly { path: string; why: string }[] = []) => ({
    drilled: { version: version(), job, receivedAt: 0, entries: 1, files, lost },
    cut: undefined,
  })

  test.each([
    {
      title: 'and is whole or gone now is not looked for again',
      results: [drilled('a', [file('one')]), drilled('b', [])],
      open: [],
      unread: 0,
    },
    {
      title: 'and is so still stays, and what is new comes to it',
      results: [drilled('a', [file('two', 'no'), file('five', 'no')]), drilled('b', [file('three')])],
      open: ['two', 'five'],
      unread: 0,
    },
    {
      title: 'stays where a folder cannot be read, for it may be in there',
      results: [drilled('a', [file('one')], [{ path: 'folder', why: 'lost' }]), drilled('b', [])],
      open: ['folder', 'two'],
      unread: 0,
    },
    {
      title: 'stays where the drill was cut off before it',
      results: [{ ...drilled('a', [file('one')]), cut: { error: new Error('cancelled') } }],
      open: ['two', 'three'],
      unread: 1,
    },
    {
      title: 'of a plan that was not drilled stays, of one without versions does not',
      results: [],
      open: ['one', 'two', 'three'],
      unread: 3,
    },
  ])('$title', ({ results, open, unread }) => {
    const after = openAfter(before, { plans, results })
    expect({ open: after.open.map(({ path }) => path), unread: after.unread }).toEqual({ open, unread })
  })
})

describe('what pages say of the proofs', () => {
  const device = (name: string) => ({
    deviceId: newId('dev', systemRandomness),
    name,
    firstVersionAt: 1,
    lastGoodVersion: version(),
  })
  const [desk, laptop] = [device('DESK'), device('LAPTOP')]
  const drillId = newId('drl', systemRandomness)
  const standing = (deviceId: Id<'dev'>, more: Partial<DrillStanding>): [Id<'dev'>, DrillStanding] => {
    const none = { triedAt: undefined, outcome: undefined, lastDrill: undefined, provedAt: undefined, provedDrill: undefined }
    return [deviceId, { deviceId, ...none, damage: undefined, notRunDetail: undefined, ...more }]
  }

  test('is why the last one could not run, of the computer where that was last', () => {
    const standings = new Map([
      standing(desk.deviceId, { outcome: 'not-run', triedAt: 5, notRunDetail: 'No disk.' }),
      standing(laptop.deviceId, { outcome: 'not-run', triedAt: 9, notRunDetail: 'No room.', provedAt: 2 }),
    ])
    expect(provedProps([desk, laptop], standings, { nowMs: 10 })?.notRun).toEqual({
      atMs: 9,
      words: 'No room.',
      computer: 'LAPTOP',
    })
    expect(provedProps([desk], standings, { nowMs: 10 })?.notRun).toEqual({ atMs: 5, words: 'No disk.', computer: undefined })
  })

  test('is damage, also when a later drill was cancelled', () => {
    const damage = { atMs: 5, drillId }
    const standings = new Map([standing(desk.deviceId, { outcome: 'cancelled', triedAt: 7, provedAt: 2, damage })])
    expect(provedProps([desk], standings, { nowMs: 10 })?.damaged).toEqual([
      { computer: 'DESK', atMs: 5, path: `/drills/${drillId}` },
    ])
  })

  test('is what one that waits is waiting for', () => {
    expect(waitWords({ isForQuiet: true, running: 'Freeing space' })).toContain('no backup and no restore')
    expect(waitWords({ isForQuiet: false, running: 'Freeing space' })).toContain('Freeing space')
    expect(waitWords({ isForQuiet: false, running: undefined })).toBe('Begins in a moment.')
  })
})
