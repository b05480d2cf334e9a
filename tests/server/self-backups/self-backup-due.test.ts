import { describe, expect, test } from 'vitest'
import {
  type BoxDocument,
  documentMaxBytes,
  encodeBoxDocument,
  readBoxDocument,
} from '../../../server/self-backups/box-document.ts'
import { dumpPrint } from '../../../server/self-backups/dump-print.ts'
import { fitDocument } from '../../../server/self-backups/fit-document.ts'
import { lookAt, lookEveryMs, type WatchState } from '../../../server/self-backups/self-backup-due.ts'

/** Looks again and again at what the print is then; answers with the moments at which one is due. */
function dueMoments(saved: WatchState['saved'], printAt: (ms: number) => string, untilMs: number): readonly number[] {
  let state: WatchState = { saved, seen: undefined }
  const moments: number[] = []
  for (let nowMs = 0; nowMs <= untilMs; nowMs += lookEveryMs) {
    const print = printAt(nowMs)
    const looked = lookAt(state, print, nowMs)
    state = looked.due === undefined ? looked.state : { saved: { print, atMs: nowMs }, seen: undefined }
    if (looked.due !== undefined) moments.push(nowMs)
  }
  return moments
}

const saved = { print: 'a', atMs: 0 }
const minute = 60_000

describe('when a self-backup is due', () => {
  test.each([
    { title: 'at once when there is none', saved: undefined, printAt: () => 'a', untilMs: minute, expected: [0] },
    { title: 'never while nothing changes', saved, printAt: () => 'a', untilMs: 25 * 60 * minute, expected: [] },
    { title: 'once a day all the same', saved, printAt: () => 'a', untilMs: 27 * 60 * minute, expected: [26 * 60 * minute] },
    {
      title: 'a change taken back is none',
      saved,
      printAt: (ms: number) => (ms < 30_000 ? 'b' : 'a'),
      untilMs: 5 * minute,
      expected: [],
    },
  ])('$title', ({ saved: given, printAt, untilMs, expected }) => {
    expect(dueMoments(given, printAt, untilMs)).toEqual(expected)
  })

  test('within 60 s of the last of some changes', () => {
    for (let changedAt = 1; changedAt < 3 * lookEveryMs; changedAt += 777) {
      const [due] = dueMoments(saved, (ms) => (ms < changedAt ? 'a' : 'b'), 5 * minute)
      expect(due! - changedAt, String(changedAt)).toBeLessThanOrEqual(minute)
    }
  })

  test('changes without end put it off for ten minutes at most', () => {
    const moments = dueMoments(saved, (ms) => String(ms), 31 * minute)
    expect(moments.length).toBeGreaterThanOrEqual(2)
    expect(moments[0]).toBeLessThanOrEqual(10 * minute + lookEveryMs)
  })
})

const audit = { name: 'audit', columns: ['action'], rows: Array.from({ length: 200 }, () => ['x'.repeat(100_000)]) }
const document: BoxDocument = {
  ...{ boxId: 'box_a', madeAtMs: 5, version: '1', migrations: ['0001-people'], masterKey: Buffer.alloc(32, 1) },
  ...{ authority: { certificatePem: 'c', keyPem: 'k' }, settingsFile: undefined },
  tables: [
    {
      name: 'users',
      columns: ['id', 'n', 'hash'],
      rows: [
        ['usr_a', 2 ** 40, Buffer.from([0, 255])],
        ['usr_b', null, Buffer.alloc(0)],
      ],
    },
  ],
}

describe('the document', () => {
  test('comes back', () => {
    expect(readBoxDocument(encodeBoxDocument(document))).toEqual(document)
    expect(readBoxDocument(encodeBoxDocument({ ...document, settingsFile: 'HOLDFAST_PORT=1\n' })).settingsFile).toBe(
      'HOLDFAST_PORT=1\n',
    )
  })

  const changed = (change: (json: Record<string, unknown>) => void) => {
    const json = JSON.parse(encodeBoxDocument(document).toString()) as Record<string, unknown>
    change(json)
    return Buffer.from(JSON.stringify(json))
  }
  test.each([
    { title: 'no JSON', bytes: Buffer.from('{'), fault: 'damaged' },
    { title: 'without a key', bytes: changed((json) => delete json.masterKey), fault: 'damaged' },
    {
      title: 'a row that is too short',
      bytes: changed((json) => ((json.tables as { rows: unknown[][] }[])[0]!.rows[0] = ['usr_a'])),
      fault: 'damaged',
    },
    { title: 'of a later format', bytes: changed((json) => (json.format = 2)), fault: 'newer-program' },
  ])('is refused: $title', ({ bytes, fault }) => {
    expect(() => readBoxDocument(bytes)).toThrow(expect.objectContaining({ fault }))
  })

  test('lets the oldest of a long audit log go, and nothing else', () => {
    const fitting = fitDocument({ ...document, tables: [...document.tables, audit] })
    expect(encodeBoxDocument(fitting).length).toBeLessThanOrEqual(documentMaxBytes)
    expect(fitting.tables[0]).toEqual(document.tables[0])
    expect(fitting.tables[1]!.rows.length).toBeGreaterThan(10)
    const people = { ...audit, name: 'users' }
    expect(() => fitDocument({ ...document, tables: [people] })).toThrow(expect.objectContaining({ fault: 'too-large' }))
  })

  test('has the same print whatever order signs of life come in, another one for a change', () => {
    const tables = [
      { name: 'users', key: ['id'], restlessColumns: ['n'] },
      { name: 'audit', key: ['id'], isRestless: true as const },
    ]
    const print = (n: number, name: string) =>
      dumpPrint([{ name: 'users', columns: ['id', 'n'], rows: [[name, n]] }, audit], tables)
    expect(print(1, 'a')).toBe(print(2, 'a'))
    expect(print(1, 'a')).not.toBe(print(1, 'b'))
  })
})
