import { describe, expect, test } from 'vitest'
import { AgentError } from '../../../agent/errors/agent-error.ts'
import { explainError } from '../../../agent/errors/explain-error.ts'
import { entryJson, entryLine, modeText } from '../../../agent/output/entry-line.ts'
import { failureLines, openReport } from '../../../agent/output/report.ts'
import { restoreLines, restoreSummary } from '../../../agent/output/restore-words.ts'
import { tableLines } from '../../../agent/output/table.ts'
import { fitText, textWidth } from '../../../agent/output/text-width.ts'
import { RefusedError, type RestoreResult, type TreeEntry } from '../../../engine/index.ts'
import { recordedOutput, testWords } from '../../support/agent-surroundings.ts'

describe('width', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['größe', 5],
    ['gro\u0308ße', 5],
    ['仕事', 4],
    ['a👍b', 4],
    ['👨‍👩‍👧', 2],
  ])('%s takes %d columns', (text, width) => {
    expect(textWidth(text)).toBe(width)
  })

  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 4, 'abc…'],
    ['仕事仕事', 4, '仕…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('%s in %d columns', (text, columns, fitted) => {
    expect(fitText(text, columns)).toBe(fitted)
  })
})

test('a table stands in columns, wide letters too', () => {
  expect(
    tableLines(
      [{ title: 'Name' }, { title: 'Size', align: 'right' }, { title: 'End' }],
      [
        ['仕事', '1', 'x'],
        ['a', '1,234', ''],
      ],
    ),
  ).toEqual(['Name   Size  End', '仕事      1  x', 'a     1,234'])
})

describe('a long listing', () => {
  const base = { name: Buffer.from('n'), mode: 0o644, uid: 0, gid: 0, mtimeNs: 1_773_507_720_123_456_789n, extensions: [] }
  const entries: readonly (readonly [string, TreeEntry, string])[] = [
    ['a file', { ...base, type: 'file', size: 86_000, content: { kind: 'empty' } }, '-rw-r--r--   84.0 KiB  2026-03-14 18:02  n'],
    [
      'a folder',
      { ...base, type: 'directory', mode: 0o1777, tree: Buffer.alloc(32) as never },
      'drwxrwxrwt             2026-03-14 18:02  n/',
    ],
    [
      'a link',
      { ...base, type: 'symlink', mode: 0o777, target: Buffer.from('../x\u001b[2J') },
      'lrwxrwxrwx             2026-03-14 18:02  n -> ../x\\x1B[2J',
    ],
    [
      'a name that is no text',
      { ...base, type: 'file', name: Buffer.from('caf\xe9\n', 'latin1'), size: 0, content: { kind: 'empty' } },
      '-rw-r--r--    0 bytes  2026-03-14 18:02  caf\\xE9\\x0A',
    ],
    [
      'before 1970',
      { ...base, type: 'file', mtimeNs: -1n, size: 1, content: { kind: 'empty' } },
      '-rw-r--r--     1 byte  1970-01-01 00:59  n',
    ],
    [
      'at the end of what can be stored',
      { ...base, type: 'file', mtimeNs: 2n ** 63n - 1n, size: 1, content: { kind: 'empty' } },
      '-rw-r--r--     1 byte  2262-04-12 01:47  n',
    ],
  ]
  test.each(entries)('%s', (_, entry, line) => {
    expect(entryLine(entry, testWords)).toBe(line)
  })

  test('for programs with the time to the nanosecond', () => {
    expect(entryJson(entries[0]![1])).toMatchObject({
      name: 'n',
      type: 'file',
      size: 86_000,
      modifiedNs: '1773507720123456789',
      modified: '2026-03-14T17:02:00.123Z',
    })
  })

  test.each([
    [0o000, '---------'],
    [0o755, 'rwxr-xr-x'],
    [0o4755, 'rwsr-xr-x'],
    [0o4644, 'rwSr--r--'],
    [0o2711, 'rwx--s--x'],
    [0o1777, 'rwxrwxrwt'],
    [0o1776, 'rwxrwxrwT'],
  ])('mode %o', (mode, text) => {
    expect(modeText(mode)).toBe(text)
  })
})

describe('what failed', () => {
  const refusal = new RefusedError({
    code: 'HF-QUOTA-EXCEEDED',
    title: 'The plan’s space is used up',
    status: 507,
    detail: 'Gold holds 2 TiB.\u001b[31m',
    hint: 'Take a larger plan.',
    who: 'implementor',
    requestId: 'req_1',
  })

  test('is told as what, why, who, what to do', () => {
    expect(failureLines(explainError(refusal))).toEqual([
      'The plan’s space is used up (HF-QUOTA-EXCEEDED)',
      '  Why:        Gold holds 2 TiB.\\x1B[31m',
      '  Who:        whoever set Holdfast up for you can fix this',
      '  What to do: Take a larger plan.',
      '  Request:    req_1',
    ])
  })

  test('does not say the same twice', () => {
    expect(failureLines(explainError(new AgentError('HF-NO-JOB', 'Nothing is selected yet.')))).toEqual([
      'Nothing is selected yet (HF-NO-JOB)',
      '  Who:        you can fix this',
      '  What to do: Select files or folders first: holdfast-agent add PATH',
    ])
  })

  test.each([
    { isLastEvent: false, json: { error: { code: 'HF-JOB-UNKNOWN', detail: 'x', line: 3 } } },
    {
      isLastEvent: true,
      json: { event: 'summary', verdict: 'failed', exitCode: 1, error: { code: 'HF-JOB-UNKNOWN', detail: 'x', line: 3 } },
    },
  ])('for programs; the last of a stream: $isLastEvent', ({ isLastEvent, json }) => {
    const output = recordedOutput({ isTerminal: false })
    const errors = recordedOutput({ isTerminal: false })
    const explanation = explainError(new AgentError('HF-JOB-UNKNOWN', 'x', { members: { line: 3 } }))
    openReport({ isJson: true, output, errors }).failure(explanation, { isLastEvent })
    expect(JSON.parse(output.text())).toMatchObject(json)
    expect(errors.text()).toBe('')
  })
})

describe('the last words of a restore', () => {
  const result: RestoreResult = {
    ...{ files: 3, directories: 1, symlinks: 0, others: 0, bytes: 2048, replaced: 0, besideCount: 0, beside: [], unchanged: 0 },
    ...{ sockets: 0, keptCount: 0, takenCount: 0, kept: [], failedCount: 0, failed: [], notSetCount: 0, notSet: [] },
    ...{ verified: undefined, stopped: undefined, receivedBytes: 100, elapsedMs: 1500 },
  }

  test.each([
    { title: 'all came back', given: {}, lines: ['Restored 3 files, 1 folder, 2 KiB, in 1.5 s.'] },
    {
      title: 'links, what was there already, what was read back',
      given: { symlinks: 1, unchanged: 2, verified: { files: 3, bytes: 2048 } },
      lines: [
        'Restored 3 files, 1 folder, 1 link, 2 KiB, in 1.5 s. 2 were there already, the same.',
        'Read back and compared: 3 files, 2 KiB.',
      ],
    },
    {
      title: 'a full disk',
      given: { stopped: { code: 'ENOSPC', detail: 'ENOSPC: no space left on device, write' } },
      lines: [
        'Restored 3 files, 1 folder, 2 KiB, in 1.5 s.',
        'Broken off: ENOSPC: no space left on device, write. What is not named was not tried.',
      ],
    },
    {
      title: 'sockets, which is no failure',
      given: { sockets: 2 },
      lines: [
        'Restored 3 files, 1 folder, 2 KiB, in 1.5 s.',
        'Left out: 2 sockets. The programs that listen on them make them when they start.',
      ],
    },
    {
      title: 'owners that only root can set',
      given: { notSetCount: 1, notSet: [{ path: Buffer.from('/a'), what: 'owner', detail: 'EPERM' }] },
      lines: [
        'Restored 3 files, 1 folder, 2 KiB, in 1.5 s.',
        'Restored without all of their owners, modes, times or attributes: 1 case.',
        '  /a (owner: EPERM)',
      ],
    },
  ] as const)('$title', ({ given, lines }) => {
    expect(restoreLines({ ...result, ...given }, 'never', testWords)).toEqual(lines)
  })

  test('files in the way and files that failed are named up to a bound, counted beyond', () => {
    const kept = Array.from({ length: 25 }, (_, index) => ({ path: Buffer.from(`/home/${index}`), reason: 'exists' as const }))
    const failed = [{ path: Buffer.from('/x\n'), code: 'EACCES', detail: 'permission denied' }]
    const given = { ...result, kept, keptCount: 30, failed, failedCount: 1 }
    const lines = restoreLines(given, 'never', testWords)
    expect(lines[1]).toBe(
      'Left as they are because something is there already: 30 files. To replace what differs: --overwrite changed.',
    )
    expect(lines.slice(2, 22).every((line) => /^ {2}\/home\/\d+ \(is there\)$/.test(line))).toBe(true)
    expect(lines.slice(22)).toEqual([
      '  … and 10 more',
      'Could not be restored: 1 file.',
      '  /x\\x0A (EACCES: permission denied)',
    ])
    expect(restoreLines(given, 'older', testWords)[1]).toBe('Left as they are because something is there already: 30 files.')
    expect(restoreSummary(given)).toMatchObject({ keptCount: 30, failedCount: 1, failed: [{ path: '/x\n' }], verified: null })
  })
})
