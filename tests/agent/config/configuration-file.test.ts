import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { emptyConfiguration, emptyJob } from '../../../agent/config/configuration.ts'
import { backupOf, readConfiguration, writeConfiguration } from '../../../agent/config/configuration-file.ts'
import { AgentError } from '../../../agent/errors/agent-error.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const withJobs = (...names: string[]) => ({ ...emptyConfiguration, jobs: names.map(emptyJob) })

test('a file that is not there is an empty configuration', () => {
  using folder = temporaryFolder()
  expect(readConfiguration(join(folder.path, 'a.xml'), 'linux')).toEqual(emptyConfiguration)
})

test('each write keeps the one before, both for the owner alone', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.xml')
  for (const names of [['one'], ['one', 'two'], ['three']]) writeConfiguration(path, withJobs(...names), 'linux')
  expect(readConfiguration(path, 'linux')).toEqual(withJobs('three'))
  expect(readConfiguration(backupOf(path), 'linux')).toEqual(withJobs('one', 'two'))
  for (const file of [path, backupOf(path)]) expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a damaged file is named with its place and its backup, and is never written over', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.xml')
  writeConfiguration(path, withJobs('one'), 'linux')
  writeConfiguration(path, withJobs('two'), 'linux')
  const damaged = readFileSync(path, 'utf8').replace('<job', '\n<jab').replace('</job', '</jab')
  writeFileSync(path, damaged)
  const error = failureOf(() => readConfiguration(path, 'linux'))
  expect(error).toMatchObject({ code: 'HF-CONFIG-INVALID', members: { line: 6, column: 1 } })
  expect(error.message).toMatch(/line 6, column 1: <jab> is unknown/)
  expect(error.hint).toContain(backupOf(path))
})

test('a link left in the place of the new file is not followed', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.xml')
  writeFileSync(`${path}.new`, 'left by a crash')
  chmodSync(`${path}.new`, 0o644)
  writeConfiguration(path, withJobs('one'), 'linux')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a folder that takes no files is said to be unusable', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'missing', 'a.xml')
  expect(failureOf(() => writeConfiguration(path, emptyConfiguration, 'linux'))).toMatchObject({ code: 'HF-STATE-UNUSABLE' })
})

function failureOf(work: () => unknown): AgentError {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(AgentError)
    return error as AgentError
  }
  return expect.fail('nothing was refused')
}
