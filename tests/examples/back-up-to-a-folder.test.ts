import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { fixedBytes } from '../engine/repository/sealed-samples.ts'
import { runDecoder } from '../interop/decoder-agrees.ts'

const example = join(import.meta.dirname, '../../examples/back-up-to-a-folder.ts')

test('the example backs a folder up and restores it, and its code opens the repository', async () => {
  const home = await mkdtemp(join(tmpdir(), 'holdfast example '))
  onTestFinished(() => rm(home, { recursive: true }))
  const [source, repository, target] = ['my files', 'repository', 'restored'].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ]
  const content = fixedBytes('a file of the example', 3_000_000)
  mkdirSync(join(source, 'below'), { recursive: true })
  writeFileSync(join(source, 'below', 'Übung'), content)

  const { stdout } = await promisify(execFile)(process.execPath, [example, source, repository, target])
  expect(stdout).toContain('Backed up 1 files: ok.')
  expect(stdout).toContain('Restored 1 files, 0 failed.')
  expect(readFileSync(join(target, 'my files', 'below', 'Übung')).equals(content)).toBe(true)

  const code = join(home, 'code')
  writeFileSync(code, stdout.match(/: (\S{77})\n/)?.[1] ?? 'no code was printed')
  const versions = JSON.parse(await runDecoder('snapshots', repository, '--key', code))
  expect(versions.map(({ body }: { body: { counts: { files: number } } }) => body.counts.files)).toEqual([1])
})
