import { describe, expect, test } from 'vitest'
import type { ListedVersion } from '../../../agent/link/box-api.ts'
import { chooseVersion } from '../../../agent/selection/choose-version.ts'
import { parseWantedVersion, publicPrefix, type WantedVersion } from '../../../agent/selection/wanted-version.ts'
import { parseSnapshotId } from '../../../engine/index.ts'
import { publicSnapshotId } from '../../../server/snapshots/snapshot.ts'

const zone = 'Europe/Berlin'

describe('what SNAPSHOT can be', () => {
  test.each([
    { text: 'latest', wanted: { kind: 'latest' } },
    { text: '2026-03-14', until: '2026-03-14T22:59:59.999Z' },
    { text: '2026-03-14 18:00', until: '2026-03-14T17:00:59.999Z' },
    { text: '2026-03-14T18:00:30', until: '2026-03-14T17:00:30.999Z' },
    { text: '2026-03-14 18.00', until: '2026-03-14T17:00:59.999Z' },
    { text: '2026-03-14T18:00Z', until: '2026-03-14T18:00:59.999Z' },
    { text: '2026-03-14T18:00:00-05:00', until: '2026-03-14T23:00:00.999Z' },
    // The day that has 23 hours, the hour that is not, the hour that comes twice.
    { text: '2026-03-29', until: '2026-03-29T21:59:59.999Z' },
    { text: '2026-03-29 02:30', until: '2026-03-29T01:30:59.999Z' },
    { text: '2026-10-25 02:30', until: '2026-10-25T01:30:59.999Z' },
    { text: 'snap_abcd', wanted: { kind: 'id', prefix: 'snap_abcd' } },
    { text: 'abcdefgh234567', wanted: { kind: 'id', prefix: 'snap_abcdefgh234567' } },
  ] as const)('$text', (given) => {
    const expected = 'until' in given ? { kind: 'until', atMs: Date.parse(given.until) } : given.wanted
    expect(parseWantedVersion(given.text, zone)).toEqual(expected)
  })

  test('the long id of a file is its short one', () => {
    const long = '91d3874c187c127bdbd3b5fbb477907a72caf6b9ef37566a1ab0870fa34c8feb'
    expect(publicPrefix(long)).toBe(publicSnapshotId(parseSnapshotId(long)))
    expect(parseWantedVersion(long, zone)).toEqual({ kind: 'id', prefix: publicPrefix(long) })
  })

  test.each([
    '',
    'Latest',
    '14.03.2026',
    '2026-3-14',
    '2026-02-30',
    '2026-03-14 25:00',
    '2026-03-14 18',
    'abc',
    'snap_',
    '../..',
    'a b',
  ])('%j is none', (text) => {
    expect(() => parseWantedVersion(text, zone)).toThrow(RangeError)
  })
})

/** Newest first, as the box lists them. */
async function* listed(...versions: readonly Partial<ListedVersion>[]): AsyncGenerator<ListedVersion> {
  for (const [index, version] of versions.entries()) {
    const receivedAtMs = version.takenAtMs ?? 1000 - index * 100
    yield {
      id: `snap_${'abcdefgh'[index]}aaa`,
      snapshotId: '0'.repeat(64),
      seq: 10 - index,
      job: 'default',
      takenAtMs: receivedAtMs,
      receivedAtMs,
      verdict: 'ok',
      isCheckpoint: false,
      files: 1,
      bytes: 1,
      skipped: 0,
      ...version,
    }
  }
}

describe('which version is chosen', () => {
  const until = (atMs: number): WantedVersion => ({ kind: 'until', atMs })
  const latest: WantedVersion = { kind: 'latest' }
  const byId = (prefix: string): WantedVersion => ({ kind: 'id', prefix })

  test.each([
    { title: 'the newest', versions: [{ seq: 3 }, { seq: 2 }], wanted: latest, seq: 3 },
    { title: 'never a checkpoint', versions: [{ seq: 3, isCheckpoint: true }, { seq: 2 }], wanted: latest, seq: 2 },
    { title: 'a partial one counts', versions: [{ seq: 3, verdict: 'partial' }, { seq: 2 }], wanted: latest, seq: 3 },
    {
      title: 'at that moment exactly',
      versions: [
        { seq: 3, takenAtMs: 300 },
        { seq: 2, takenAtMs: 200 },
      ],
      wanted: until(300),
      seq: 3,
    },
    {
      title: 'just before',
      versions: [
        { seq: 3, takenAtMs: 300 },
        { seq: 2, takenAtMs: 200 },
      ],
      wanted: until(299),
      seq: 2,
    },
    {
      title: 'by when it was taken, not when it arrived',
      versions: [
        { seq: 4, takenAtMs: 100, receivedAtMs: 400 },
        { seq: 3, takenAtMs: 300, receivedAtMs: 300 },
        { seq: 2, takenAtMs: 200, receivedAtMs: 200 },
      ],
      wanted: latest,
      seq: 3,
    },
    { title: 'by id, a checkpoint too', versions: [{ seq: 3, isCheckpoint: true }, { seq: 2 }], wanted: byId('snap_aa'), seq: 3 },
    {
      title: 'by the whole id though another begins like it',
      versions: [
        { seq: 3, id: 'snap_ab' },
        { seq: 2, id: 'snap_abc' },
      ],
      wanted: byId('snap_ab'),
      seq: 3,
    },
  ] as const)('$title', async ({ versions, wanted, seq }) => {
    expect(await chooseVersion(listed(...versions), wanted, { text: 'x', job: undefined })).toMatchObject({ seq })
  })

  test.each([
    { title: 'there is none', versions: [], wanted: latest, code: 'HF-NO-VERSION', says: 'This computer has no version yet.' },
    {
      title: 'only checkpoints',
      versions: [{ isCheckpoint: true }],
      wanted: latest,
      code: 'HF-NO-VERSION',
      says: 'no version yet',
    },
    {
      title: 'all are later',
      versions: [{ takenAtMs: 300 }],
      wanted: until(200),
      code: 'HF-NO-VERSION',
      says: 'no version from x or before',
    },
    { title: 'an id of nothing', versions: [{}], wanted: byId('snap_zz'), code: 'HF-NO-VERSION', says: 'begins with "x"' },
    {
      title: 'an id of two',
      versions: [{ id: 'snap_ab' }, { id: 'snap_ac' }],
      wanted: byId('snap_a'),
      code: 'HF-VERSION-AMBIGUOUS',
      says: 'snap_ab and snap_ac',
    },
  ] as const)('$title', async ({ versions, wanted, code, says }) => {
    const failure = chooseVersion(listed(...versions), wanted, { text: 'x', job: undefined })
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringContaining(says) })
  })

  test('no more of the list is read than is needed', async () => {
    const read: number[] = []
    async function* counted() {
      for await (const version of listed({ seq: 3 }, { seq: 2 }, { seq: 1 })) {
        read.push(version.seq)
        yield version
      }
    }
    await chooseVersion(counted(), latest, { text: 'latest', job: undefined })
    expect(read).toEqual([3])
  })
})
