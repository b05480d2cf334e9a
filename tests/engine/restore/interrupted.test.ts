import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLocalStorage, type RecordSource } from '../../../engine/index.ts'
import { describeTree } from '../../support/described-tree.ts'
import { testRepository } from '../../support/engine-repository.ts'
import type { RestoreProcessAnswer, RestoreProcessArguments } from '../../support/restore-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const script = join(import.meta.dirname, '../../support/restore-process.ts')
const nodeFlags = ['--disable-warning=ExperimentalWarning', script]
const MiB = 1024 * 1024
const temporaryName = /^\.holdfast-restore-[0-9a-f]{12}-/

describe('a restore that is broken off', () => {
  test('leaves whole files, no temporary ones, and the next one finishes', async () => {
    using folder = temporaryFolder()
    const source = makeSource(folder.path)
    const repository = await testRepository()
    const { root } = await repository.backUp([source], folder.path)
    const destination = join(folder.path, 'restored')
    for (const records of [1, 5, 20]) {
      const controller = new AbortController()
      const cut = abortingAfter(repository.repository, records, controller)
      const broken = repository.restore(root, destination, { records: cut, signal: controller.signal, overwrite: 'changed' })
      await expect(broken).rejects.toMatchObject({ name: 'RestoreError', fault: 'cancelled' })
      expect(halfFiles(join(destination, source), source)).toEqual([])
    }
    const result = await repository.restore(root, destination, { overwrite: 'changed' })
    expect(result.failed).toEqual([])
    expect(describeTree(join(destination, source))).toEqual(describeTree(source))
  })

  test('before it began does nothing', async () => {
    using folder = temporaryFolder()
    const repository = await testRepository()
    const root = await repository.commit((writer) => writer.tree([writer.file('a', randomBytes(2000))]))
    const cancelled = repository.restore(root, join(folder.path, 'restored'), { signal: AbortSignal.abort() })
    await expect(cancelled).rejects.toMatchObject({ fault: 'cancelled' })
    expect(readdirSync(join(folder.path, 'restored'))).toEqual([])
  })

  test('by kill -9 has nothing half under its name, and the next one finishes', async () => {
    using folder = temporaryFolder()
    const source = makeSource(folder.path)
    const place = join(folder.path, 'repository')
    const repository = await testRepository(await openLocalStorage(place, { create: true }))
    const { root } = await repository.backUp([source], folder.path)
    const destination = join(folder.path, 'restored')
    const wish = { repository: place, root: root.toString('hex'), destination, overwrite: 'changed' } as const
    for (const files of [1, 30, 100]) {
      const child = spawn(process.execPath, [...nodeFlags, JSON.stringify(wish)], { stdio: 'inherit' })
      await untilFilesOrExit(child, join(destination, source), files)
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      expect(halfFiles(join(destination, source), source).filter((name) => !temporaryName.test(name))).toEqual([])
    }
    const answer = runToEnd(wish)
    expect(answer.failed).toEqual([])
    for (const name of readdirSync(source))
      expect(readFileSync(join(destination, source, name)).equals(readFileSync(join(source, name)))).toBe(true)
  })
})

const isRoot = process.geteuid?.() === 0
const nobody = 65_534

describe.runIf(isRoot)('a restore by somebody who is not root', () => {
  test('goes on, and reports the owners it could not set', () => {
    return restoreAsNobody(
      (source) => {
        writeFileSync(join(source, 'of root'), 'of root')
        writeFileSync(join(source, 'of nobody'), 'of nobody')
        chownSync(join(source, 'of nobody'), nobody, nobody)
        chownSync(source, nobody, nobody)
        writeFileSync(join(source, 'set-id'), 'set-id')
        chmodSync(join(source, 'set-id'), 0o4755)
      },
      (answer, restored) => {
        expect(answer).toMatchObject({ files: 3, failed: [] })
        const ownerless = answer.notSet
          .filter((line) => line.endsWith(' owner'))
          .map((line) => line.replace(/^.*\/source/, 'source'))
        expect(ownerless).toContain('source/of root owner')
        expect(ownerless).not.toContain('source/of nobody owner')
        expect(lstatSync(join(restored, 'of root')).uid).toBe(nobody)
        // a program of root's that runs as its owner must not come back as one that runs as us
        expect((lstatSync(join(restored, 'set-id')).mode & 0o7777).toString(8)).toBe('755')
      },
    )
  })

  test('fills folders that are read-only in the version, now and when they are there already', () => {
    return restoreAsNobody(
      (source) => {
        mkdirSync(join(source, 'read-only/below'), { recursive: true })
        for (const name of ['read-only/a', 'read-only/below/b']) writeFileSync(join(source, name), name)
        for (const name of ['read-only/a', 'read-only/below/b', 'read-only/below', 'read-only', ''])
          chownSync(join(source, name), nobody, nobody)
        chmodSync(join(source, 'read-only/below'), 0o500)
        chmodSync(join(source, 'read-only'), 0o555)
      },
      (answer, restored, again) => {
        expect(answer.failed).toEqual([])
        const mode = (name: string) => (lstatSync(join(restored, name)).mode & 0o7777).toString(8)
        expect([mode('read-only'), mode('read-only/below')]).toEqual(['555', '500'])
        execFileSync('rm', [join(restored, 'read-only/a'), join(restored, 'read-only/below/b')])
        expect(again('changed')).toMatchObject({ files: 2, failed: [] })
        expect(readFileSync(join(restored, 'read-only/below/b'), 'utf8')).toBe('read-only/below/b')
        expect([mode('read-only'), mode('read-only/below')]).toEqual(['555', '500'])
        execFileSync('rm', [join(restored, 'read-only/a')])
        expect(again('never')).toMatchObject({ files: 1, failed: [], keptCount: 1 })
        expect([mode('read-only'), mode('read-only/below')]).toEqual(['555', '500'])
      },
    )
  })
})

async function restoreAsNobody(
  make: (source: string) => void,
  check: (
    answer: RestoreProcessAnswer,
    restored: string,
    again: (overwrite: RestoreProcessArguments['overwrite']) => RestoreProcessAnswer,
  ) => void,
): Promise<void> {
  using folder = temporaryFolder()
  chmodSync(folder.path, 0o755)
  const source = join(folder.path, 'source')
  mkdirSync(source)
  make(source)
  const place = join(folder.path, 'repository')
  const repository = await testRepository(await openLocalStorage(place, { create: true }))
  const { root } = await repository.backUp([source], folder.path)
  const destination = join(folder.path, 'restored')
  mkdirSync(destination)
  execFileSync('chown', ['-R', `${nobody}:${nobody}`, place, destination])
  const run = (overwrite: RestoreProcessArguments['overwrite']) =>
    runToEnd({ repository: place, root: root.toString('hex'), destination, overwrite }, { uid: nobody, gid: nobody })
  check(run('never'), join(destination, source), run)
}

function runToEnd(wish: RestoreProcessArguments, as: { uid?: number; gid?: number } = {}): RestoreProcessAnswer {
  const environment = { PATH: process.env.PATH ?? '' }
  const output = execFileSync(process.execPath, [...nodeFlags, JSON.stringify(wish)], {
    ...as,
    env: environment,
    encoding: 'utf8',
  })
  return JSON.parse(output) as RestoreProcessAnswer
}

function makeSource(folder: string): string {
  const source = join(folder, 'source')
  mkdirSync(source)
  for (let index = 0; index < 200; index++) writeFileSync(join(source, `file ${index}`), randomBytes(40_000))
  for (let index = 0; index < 3; index++) writeFileSync(join(source, `large ${index}`), randomBytes(20 * MiB))
  return source
}

/** Files that are not what the source has under that name. */
function halfFiles(restored: string, source: string): readonly string[] {
  const names = readdirSync(restored)
  const originals = new Set(readdirSync(source))
  return names.filter(
    (name) => !originals.has(name) || !readFileSync(join(restored, name)).equals(readFileSync(join(source, name))),
  )
}

function abortingAfter(records: RecordSource, count: number, controller: AbortController): RecordSource {
  let seen = 0
  return {
    async *readRecords(ids, signal) {
      for await (const record of records.readRecords(ids, signal)) {
        yield record
        if (++seen === count + 10) controller.abort()
      }
    },
  }
}

/** Until the child has put so many files in place, or has ended. */
async function untilFilesOrExit(child: ChildProcess, folder: string, files: number): Promise<void> {
  let hasEnded = false
  child.once('exit', () => {
    hasEnded = true
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => (hasEnded || countFiles(folder) >= files ? resolve() : void setImmediate(look))
  look()
  await promise
}

function countFiles(folder: string): number {
  try {
    return readdirSync(folder).filter((name) => !temporaryName.test(name)).length
  } catch {
    return 0
  }
}
