import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { logDaysKept, logFileMaxBytes, openActivityLog } from '../../../agent/state/activity-log.ts'
import { type Known, readKnown, withRun, writeKnown } from '../../../agent/state/known.ts'
import { FileTooLargeError, readSmallFile } from '../../../agent/state/read-small-file.ts'
import { secretsFileAt } from '../../../agent/state/secrets.ts'
import { prepareStateFolder, stateFolderAt, stateFolderPath } from '../../../agent/state/state-folder.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('where the state lies', () => {
  const person = { environment: {}, homeFolder: '/home/ann', workingFolder: '/work', isRoot: false }
  const onWindows = { ...person, platform: 'win32', homeFolder: 'C:\\Users\\Ann' } as const
  test.each([
    { title: 'Linux', where: { ...person, platform: 'linux' }, path: '/home/ann/.local/state/holdfast-agent' },
    {
      title: 'Linux, told',
      where: { ...person, platform: 'linux', environment: { XDG_STATE_HOME: '/s' } },
      path: '/s/holdfast-agent',
    },
    { title: 'root', where: { ...person, platform: 'linux', isRoot: true }, path: '/var/lib/holdfast-agent' },
    { title: 'macOS', where: { ...person, platform: 'darwin' }, path: '/home/ann/Library/Application Support/Holdfast Agent' },
    { title: 'Windows', where: onWindows, path: 'C:\\Users\\Ann\\AppData\\Local\\Holdfast Agent' },
    {
      title: 'wherever is said',
      where: { ...person, platform: 'linux', environment: { HOLDFAST_AGENT_HOME: 'a/b' } },
      path: '/work/a/b',
    },
    {
      title: 'an empty word says nothing',
      where: { ...person, platform: 'linux', environment: { HOLDFAST_AGENT_HOME: '' } },
      path: '/home/ann/.local/state/holdfast-agent',
    },
  ] as const)('$title', ({ where, path }) => {
    expect(stateFolderPath(where)).toBe(path)
  })

  test('no two jobs share a file, and no name leaves the folder', () => {
    const state = stateFolderAt('/s', 'linux')
    const names = [
      'a',
      'A',
      'a b',
      'a-b',
      'ä',
      'ö',
      '../../etc',
      'x'.repeat(64),
      'x'.repeat(63),
      'con.',
      'a.b',
      'a-b.0123456789abcdef',
    ]
    const files = names.map((name) => state.cacheFile('dev_a', name))
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length)
    for (const file of files) expect(file).toMatch(/^\/s\/cache\/[A-Za-z0-9_.-]{1,140}$/)
  })

  test('its folders are their owner’s alone; a file in the way is named', () => {
    using folder = temporaryFolder()
    const state = stateFolderAt(join(folder.path, 'new'), 'linux')
    prepareStateFolder(state)
    for (const path of [state.path, state.cacheFolder, state.lockFolder, state.logFolder])
      expect(statSync(path).mode & 0o777).toBe(0o700)
    writeFileSync(join(folder.path, 'file'), '')
    expect(() => prepareStateFolder(stateFolderAt(join(folder.path, 'file'), 'linux'))).toThrow(
      expect.objectContaining({ code: 'HF-STATE-UNUSABLE', message: expect.stringContaining('file') }),
    )
  })
})

describe('secrets', () => {
  const secrets = { device: 'dev_a', token: 'hfd_x', slotKey: 'a2V5', slot: { id: 's' }, repository: { uid: 'u' }, instance: '1' }

  test('come back, are their owner’s alone, and take a new instance without losing the rest', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'secrets.json')
    const file = secretsFileAt(path)
    file.write(secrets)
    expect(file.read()).toEqual(secrets)
    file.writeInstance('2')
    expect(file.read()).toEqual({ ...secrets, instance: '2' })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder.path)).toEqual(['secrets.json'])
  })

  test.each([
    ['is missing', undefined],
    ['is not JSON', '{"token":"hfd_x"'],
    ['is of another version', JSON.stringify({ version: 2, ...secrets })],
    ['lacks "token"', JSON.stringify({ version: 1, ...secrets, token: undefined })],
    ['lacks "slot"', JSON.stringify({ version: 1, ...secrets, slot: 'x' })],
    ['lacks "instance"', JSON.stringify({ version: 1, ...secrets, instance: '' })],
    ['is not JSON', 'null of it'],
    ['is of another version', 'null'],
  ])('a file that %s is said to be unusable, without what is in it', (says, text) => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'secrets.json')
    if (text !== undefined) writeFileSync(path, text)
    try {
      secretsFileAt(path).read()
      expect.fail('it was taken')
    } catch (error) {
      expect(error).toMatchObject({ code: 'HF-SECRETS-UNUSABLE', message: expect.stringContaining(says) })
      expect(String((error as Error).stack) + String((error as Error).cause)).not.toContain('hfd_x')
    }
  })
})

describe('the log', () => {
  function openLog(folder: string) {
    let nowMs = Date.UTC(2026, 2, 14, 22, 59, 59)
    const log = openActivityLog({ folder, now: () => nowMs, timeZone: 'Europe/Berlin', processId: 7 })
    return {
      log,
      at: (ms: number) => {
        nowMs = ms
      },
    }
  }

  test('has a file per local day and a line per event', () => {
    using folder = temporaryFolder()
    const { log, at } = openLog(folder.path)
    log.write('backup started', { job: 'a\nb' })
    at(Date.UTC(2026, 2, 14, 23, 0, 0))
    log.write('backup ended')
    expect(readdirSync(folder.path)).toEqual(['2026-03-14.log', '2026-03-15.log'])
    expect(readFileSync(join(folder.path, '2026-03-14.log'), 'utf8')).toBe(
      '2026-03-14T23:59:59.000+01:00 7 backup started {"job":"a\\nb"}\n',
    )
    expect(statSync(join(folder.path, '2026-03-14.log')).mode & 0o777).toBe(0o600)
  })

  test('keeps so many days and touches nothing else', () => {
    using folder = temporaryFolder()
    for (let day = 0; day < logDaysKept + 10; day += 1) writeFileSync(join(folder.path, `${2000 + day}-01-01.log`), '')
    writeFileSync(join(folder.path, 'mine.txt'), '')
    openLog(folder.path).log.write('x')
    const left = readdirSync(folder.path)
    expect(left).toContain('mine.txt')
    expect(left).toContain('2026-03-14.log')
    expect(left).not.toContain('2000-01-01.log')
    expect(left.length).toBe(logDaysKept + 1)
  })

  test('stops growing', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, '2026-03-14.log')
    writeFileSync(file, Buffer.alloc(logFileMaxBytes))
    openLog(folder.path).log.write('x')
    expect(statSync(file).size).toBe(logFileMaxBytes)
  })

  test('that cannot be written stops nothing', () => {
    expect(() => openLog('/nowhere/at/all').log.write('x')).not.toThrow()
  })
})

describe('what is known offline', () => {
  const known: Known = {
    device: 'dev_a',
    policy: { heardAtMs: 1, planName: 'Gold', validUntilMs: undefined, quotaBytes: 10, usedBytes: 1, acceptsBackups: true },
    runs: [],
  }

  test('is remembered, and the last good version outlives a failed run', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'known.json')
    const good = withRun(known, { job: 'a', endedAtMs: 5, outcome: 'ok', lastGood: { id: 'snap_a', atMs: 5 } })
    writeKnown(path, withRun(good, { job: 'a', endedAtMs: 6, outcome: 'HF-SERVER-UNREACHABLE', lastGood: undefined }))
    expect(readKnown(path, 'dev_a').runs).toEqual([
      { job: 'a', endedAtMs: 6, outcome: 'HF-SERVER-UNREACHABLE', lastGood: { id: 'snap_a', atMs: 5 } },
    ])
    expect(readKnown(path, 'dev_a').policy).toEqual(known.policy)
  })

  test.each([
    ['missing', undefined],
    ['damaged', '{'],
    ['of another kind', '{"device":1}'],
    ['of another device', JSON.stringify({ ...known, device: 'dev_b' })],
  ])('a file that is %s is nothing known', (_, text) => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'known.json')
    if (text !== undefined) writeFileSync(path, text)
    expect(readKnown(path, 'dev_a')).toEqual({ device: 'dev_a', policy: undefined, runs: [] })
  })
})

describe('small files', () => {
  test('are read whole, up to their bound', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a')
    writeFileSync(path, Buffer.alloc(10_000, 1))
    expect(readSmallFile(path, 10_000)).toEqual(Buffer.alloc(10_000, 1))
    expect(() => readSmallFile(path, 9_999)).toThrow(FileTooLargeError)
    expect(readSmallFile(join(folder.path, 'b'), 10)).toBeUndefined()
    mkdirSync(join(folder.path, 'c'))
    expect(() => readSmallFile(join(folder.path, 'c'), 10)).toThrow(/EISDIR/)
  })

  test('do not fill the memory when they have no end', () => {
    expect(() => readSmallFile('/dev/zero', 100_000)).toThrow(FileTooLargeError)
  })
})
