import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LogLevel } from '../../../server/config-schema.ts'
import { openLog } from '../../../server/runtime/open-log.ts'
import { openRotatingFile } from '../../../server/runtime/rotating-file.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('the log', () => {
  test.each<{ level: LogLevel; onTerminal: string[]; inFile: string[] }>([
    { level: 'warn', onTerminal: ['warn', 'error'], inFile: ['info', 'warn', 'error'] },
    { level: 'error', onTerminal: ['error'], inFile: ['info', 'warn', 'error'] },
    { level: 'debug', onTerminal: ['debug', 'info', 'warn', 'error'], inFile: ['debug', 'info', 'warn', 'error'] },
    { level: 'silent', onTerminal: [], inFile: ['info', 'warn', 'error'] },
  ])('at $level', ({ level, onTerminal, inFile }) => {
    using box = logging(level)
    for (const name of ['trace', 'debug', 'info', 'warn', 'error'] as const) box.log[name](name)
    expect(box.terminal().map(({ msg }) => msg)).toEqual(onTerminal)
    expect(box.file().map(({ msg }) => msg)).toEqual(inFile)
  })

  test('keeps secrets out, as fields and inside of them', () => {
    using box = logging('info')
    const secret = 'hunter2-hunter2'
    box.log.info(
      { password: secret, user: { token: secret }, request: { headers: { authorization: secret, cookie: secret } } },
      'm',
    )
    box.log.info({ config: { setupToken: secret, databaseUrl: { password: secret } }, masterKey: secret, keyPem: secret }, 'm')
    box.log.child({ part: 'x' }).info({ recoveryCode: secret, email: 'kept@example.org' }, 'm')
    const text = readFileSync(box.path, 'utf8') + JSON.stringify(box.terminal())
    expect(text).not.toContain(secret)
    expect(text).toContain('kept@example.org')
  })

  test('is for its owner only, and writes nothing once closed', () => {
    using box = logging('info')
    box.log.info('before')
    box.close()
    box.log.info('after')
    expect(statSync(box.path).mode & 0o777).toBe(0o600)
    expect(box.file().map(({ msg }) => msg)).toEqual(['before'])
  })
})

describe('a rotating file', () => {
  test('never grows beyond its size, and keeps so many', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'lines')
    const file = openRotatingFile({ path, maxBytes: 100, keptFiles: 2 })
    for (let number = 10; number < 50; number += 1) file.write(`line number ${number}\n`)
    file.close()
    expect(readdirSync(folder.path).sort()).toEqual(['lines', 'lines.1', 'lines.2'])
    for (const name of readdirSync(folder.path)) expect(statSync(join(folder.path, name)).size).toBeLessThanOrEqual(100)
    const kept = ['lines.2', 'lines.1', 'lines'].map((name) => readFileSync(join(folder.path, name), 'utf8')).join('')
    expect(kept.match(/\d+/g)!.map(Number)).toEqual(
      Array.from({ length: kept.match(/\d+/g)!.length }, (_, index) => 50 - kept.match(/\d+/g)!.length + index),
    )
  })

  test('goes on where it ended', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'lines')
    for (const line of ['one\n', 'two\n']) {
      const file = openRotatingFile({ path, maxBytes: 100, keptFiles: 1 })
      file.write(line)
      file.close()
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
    expect(existsSync(`${path}.1`)).toBe(false)
  })
})

function logging(level: LogLevel) {
  const folder = temporaryFolder()
  mkdirSync(join(folder.path, 'logs'))
  const path = join(folder.path, 'logs/holdfast.log')
  const lines: string[] = []
  const { log, close } = openLog({ dataFolder: folder.path, level, terminal: (line) => lines.push(line) })
  const parse = (texts: readonly string[]) => texts.map((line) => JSON.parse(line) as { readonly msg: string })
  return {
    log,
    path,
    close,
    terminal: () => parse(lines),
    file: () => parse(readFileSync(path, 'utf8').trim().split('\n').filter(Boolean)),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}
