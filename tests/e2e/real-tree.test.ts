// The main job on a tree like a real one, through the front doors: npm's launchers, HTTP, the box's database and disk.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeOfficeSet } from '../../bench/data/office-set.ts'
import { agentAtBox, summaryOf } from '../support/agent-at-box.ts'
import { describeTree, differences } from '../support/compare-trees.ts'
import { startBox } from '../support/start-box.ts'

const MiB = 1024 * 1024
/** Of the one large file. The bench takes more, with peers beside it. */
const largeMiB = Number(process.env.HOLDFAST_LARGE_FILE_MIB ?? 160)

it('a tree of 20,000 files and a large one is backed up, restored and identical; a second run sends nothing; an insertion costs little', {
  timeout: 900_000,
}, async () => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast real tree '))
  try {
    const source = join(home, 'source')
    makeRealTree(source)
    await using box = await startBox()
    using agent = await agentAtBox(box)
    await agent.succeed(['add', source])
    const first = summaryOf(await agent.succeed(['backup', '--json']))
    expect(first).toMatchObject({ event: 'summary', verdict: 'ok' })

    const expected = describeTree(source)
    expect(expected.size).toBeGreaterThan(20_000)
    const restored = join(home, 'restored')
    await agent.succeed(['restore', 'latest', '--to', restored])
    expect(differences(expected, describeTree(join(restored, source)))).toEqual([])
    expect(lstatSync(join(restored, source, 'sparse.img')).blocks * 512).toBeLessThan(8 * MiB)
    rmSync(restored, { recursive: true })

    const second = summaryOf(await agent.succeed(['backup', '--json']))
    expect(second).toMatchObject({ verdict: 'ok' })
    expect(Number(second.sentBytes)).toBeLessThan(64 * 1024) // /tmp itself changes: its own tree may be new

    const before = storedBytes(box.dataFolder)
    insertAtStart(join(source, 'large.bin'), randomBytes(1024))
    await agent.succeed(['backup', '--json'])
    expect(storedBytes(box.dataFolder) - before).toBeLessThan(16 * MiB)
    await agent.succeed(['restore', 'latest', join(source, 'large.bin'), '--to', restored, '--strip'])
    expect(readFileSync(join(restored, 'large.bin')).equals(readFileSync(join(source, 'large.bin')))).toBe(true)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})

function makeRealTree(folder: string): void {
  const at = (name: string) => join(folder, name)
  makeOfficeSet(folder, { files: 20_100, bytes: 280 * MiB, seed: 7 })
  writeRandomly(at('large.bin'), largeMiB * MiB)
  mkdirSync(at('names'))
  for (const name of [
    'naïve café',
    '日本語のファイル',
    'emoji 📁 name',
    'quote \' and " double',
    'trailing space ',
    '-rf',
    'a'.repeat(255),
    '*?:|<>',
    'back\\slash',
    'new\nline',
    'tab\there',
  ])
    writeFileSync(at(`names/${name}`), name)
  for (const bytes of [[0xe4, 0xf6, 0xfc], [0xff, 0xfe], [0x80]])
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/names/`), Buffer.from(bytes)]), 'a name that is not UTF-8')
  mkdirSync(Buffer.concat([Buffer.from(`${folder}/names/`), Buffer.from([0x4d, 0xfc, 0x6c, 0x6c])]))
  writeFileSync(
    Buffer.concat([Buffer.from(`${folder}/names/`), Buffer.from([0x4d, 0xfc, 0x6c, 0x6c]), Buffer.from('/inside')]),
    'below a Latin-1 folder',
  )
  writeFileSync(at('empty'), '')
  mkdirSync(at('empty folder/below'), { recursive: true })
  symlinkSync('empty', at('link to a file'))
  symlinkSync('/nowhere/at all', at('dangling link'))
  symlinkSync('..', at('link to a folder'))
  writeFileSync(at('linked once'), randomBytes(70_000))
  linkSync(at('linked once'), at('linked twice'))
  linkSync(at('linked once'), at('names/linked thrice'))
  writeFileSync(at('sparse.img'), 'begins')
  truncateSync(at('sparse.img'), 256 * MiB)
  appendFileSync(at('sparse.img'), 'ends')
  for (const [name, mode] of [
    ['private', 0o600],
    ['set id', 0o6755],
    ['nobody may', 0o000],
  ] as const) {
    writeFileSync(at(name), name)
    chmodSync(at(name), mode)
  }
  for (const [name, time] of [
    ['of 1969', '1969-07-20 20:17:40.123456789 UTC'],
    ['of 1970', '1970-01-01 00:00:00.000000001 UTC'],
    ['of 2106', '2106-02-07 06:28:16.987654321 UTC'],
  ] as const) {
    writeFileSync(at(name), name)
    execFileSync('touch', ['-d', time, at(name)])
  }
  mkdirSync(at('folder with a time'))
  utimesSync(at('folder with a time'), 1e9, 1e9)
}

function writeRandomly(path: string, bytes: number): void {
  const fd = openSync(path, 'w')
  const block = randomBytes(8 * MiB)
  for (let left = bytes; left > 0; left -= block.length) {
    block.writeUInt32LE(left / MiB, 0)
    for (let at = 0; at < block.length; at += 64 * 1024) block.writeUInt32LE((left / MiB) * 100_003 + at / 64, at)
    writeSync(fd, block)
  }
  closeSync(fd)
}

function insertAtStart(path: string, bytes: Buffer): void {
  const rest = readFileSync(path)
  const fd = openSync(path, 'w')
  writeSync(fd, bytes)
  for (let at = 0; at < rest.length; ) at += writeSync(fd, rest, at, Math.min(64 * MiB, rest.length - at))
  closeSync(fd)
}

/** Without the reserve of the disk, which grows beside it. */
function storedBytes(dataFolder: string): number {
  const list = execFileSync('du', ['-sb', '--exclude=reserve', join(dataFolder, 'repositories')], { encoding: 'utf8' })
  return Number(list.split('\t')[0])
}
