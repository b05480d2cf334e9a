/** Files back with nothing but the agent's program, a folder and the recovery kit: no box, no connection, no state. */
import { createHash, randomBytes } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  backUp,
  createRepository,
  formatRecoveryCode,
  newRepositorySecrets,
  openFileRepository,
  openLocalStorage,
  parseDeviceId,
  recoveryKitBlock,
  recoverySlotKey,
  sealKeySlot,
} from '../../../engine/index.ts'
import { runAgent } from '../../support/run-agent.ts'

let folder: string
let copy: string
let uid: string
let runs = 0
const secret = randomBytes(32)
const repositorySecrets = newRepositorySecrets(randomBytes)
const code = formatRecoveryCode(secret)
const file = (name: string) => join(folder, name)
/** Each run is a computer that never saw Holdfast. */
const agent = (...words: readonly string[]) => runAgent(words, { home: file(`state ${++runs}`) })
const restoreTo = (to: string, ...words: readonly string[]) =>
  agent('restore', 'latest', '--json', '--to', file(to), '--strip', ...words)
const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

const computers = [
  { device: 'dev_ann22222222222222222', host: 'ANN-PC', job: 'documents' },
  { device: 'dev_bob22222222222222222', host: 'BOB-PC', job: 'documents' },
  { device: 'dev_bob22222222222222222', host: 'BOB-PC', job: 'accounts' },
] as const

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast rescue '))
  uid = repositorySecrets.uid.toString('hex')
  copy = file('copy')
  const home = join(copy, 'repositories', uid)
  const storage = await openLocalStorage(home, { create: true })
  const slot = { id: 'recovery-1', kind: 'recovery', salt: randomBytes(32) } as const
  const slots = [sealKeySlot(slot, recoverySlotKey(secret, repositorySecrets.uid), repositorySecrets)]
  await createRepository(storage, { secrets: repositorySecrets, slots, createdMs: 0 })
  for (const computer of computers) await backUpOf(home, computer)
  writeFileSync(file('kit.txt'), `Holdfast\n\n${recoveryKitBlock({ opens: 'customer', uid: repositorySecrets.uid, secret })}\n`)
  writeFileSync(file('code.txt'), code.toLowerCase())
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function backUpOf(home: string, { device, host, job }: (typeof computers)[number]): Promise<void> {
  const source = file(`${host} ${job}`)
  mkdirSync(join(source, 'inner'), { recursive: true })
  writeFileSync(join(source, 'letter.txt'), `of ${host} for ${job}\n`)
  writeFileSync(join(source, 'inner', 'picture'), randomBytes(900_000))
  const storage = await openLocalStorage(home)
  const repository = await openFileRepository({ storage, secrets: repositorySecrets, now: Date.now })
  await backUp({
    ...{
      target: repository.asDevice(parseDeviceId(device)),
      secrets: repositorySecrets,
      device: parseDeviceId(device),
      job,
      host,
    },
    ...{ sources: [Buffer.from(source)], excludes: [], isExcluded: () => false, cacheFile: file(`${host}-${job}.cache`) },
    ...{ compression: 'default', platform: 'linux', agentVersion: '0', tags: [], now: Date.now, randomBytes, threads: 1 },
  })
}

function expectSame(host: string, job: string, restored: string): void {
  for (const name of ['letter.txt', 'inner/picture'])
    expect(hashOf(join(file(restored), `${host} ${job}`, name)), `${restored}: ${name}`).toBe(
      hashOf(join(file(`${host} ${job}`), name)),
    )
}

describe('restore --from', () => {
  test.each([
    { title: 'a copy of the box', from: () => copy, kit: 'kit.txt' },
    { title: 'its folder repositories', from: () => join(copy, 'repositories'), kit: 'kit.txt' },
    { title: 'the repository itself, with the code alone', from: () => join(copy, 'repositories', uid), kit: 'code.txt' },
    { title: 'a file URL', from: () => `file://${copy.replaceAll(' ', '%20')}`, kit: 'kit.txt' },
  ])('brings files back byte for byte: $title', async ({ from, kit }) => {
    const to = `back ${runs}`
    const { exitCode, output } = await restoreTo(to, '--from', from(), '--recovery-kit', file(kit), '--device', 'ann-pc')
    expect(exitCode, output).toBe(0)
    expectSame('ANN-PC', 'documents', to)
  })

  test('chooses computer, job, version and path', async () => {
    const rescue = ['--from', copy, '--recovery-kit', file('kit.txt')]
    const listed = (await agent('snapshots', '--json', ...rescue)).json()[0]
    expect(listed.repository).toBe(uid)
    expect(listed.snapshots.map(({ host, job }: { host: string; job: string }) => `${host} ${job}`).sort()).toEqual([
      'ANN-PC documents',
      'BOB-PC accounts',
      'BOB-PC documents',
    ])
    const accounts = listed.snapshots.find(({ job }: { job: string }) => job === 'accounts')
    const byId = await agent('restore', accounts.id, '--to', file('by id'), '--strip', ...rescue)
    expect(byId.exitCode, byId.errors).toBe(0)
    expectSame('BOB-PC', 'accounts', 'by id')
    const letter = join(file('BOB-PC documents'), 'letter.txt')
    const one = await agent(
      'restore',
      'latest',
      letter,
      '--job',
      'documents',
      '--device',
      computers[1].device,
      '--to',
      file('one'),
      '--strip',
      ...rescue,
    )
    expect(one.exitCode, one.errors).toBe(0)
    expect(readdirSync(file('one'))).toEqual(['letter.txt'])
    const seen = await agent('ls', 'latest', file('ANN-PC documents'), '--device', 'ANN-PC', ...rescue)
    expect(seen.output).toContain('letter.txt')
    const text = await agent('snapshots', '--device', 'BOB-PC', ...rescue)
    expect(text.output).toContain('BOB-PC (dev_bob')
    expect(text.output).not.toContain('ANN-PC')
  })

  test('asks which computer is meant', async () => {
    const { exitCode, json } = await restoreTo('never', '--from', copy, '--recovery-kit', file('kit.txt'))
    expect(exitCode).toBe(2)
    expect(json().at(-1).error).toMatchObject({
      code: 'HF-DEVICE-NEEDED',
      detail: expect.stringMatching(/ANN-PC.*BOB-PC|BOB-PC.*ANN-PC/),
    })
  })
})

describe('what is refused, and how', () => {
  const other = newRepositorySecrets(randomBytes).uid
  const slip = code
    .split('-')
    .map((group, index) => (index === 6 ? `${group[0] === '7' ? '8' : '7'}${group.slice(1)}` : group))
    .join('-')
  const kits = {
    'damaged code': { text: slip, code: 'HF-RECOVERY-CODE-WRONG', says: 'Group 7' },
    'a group too few': { text: code.slice(6), code: 'HF-RECOVERY-CODE-WRONG', says: '60 signs' },
    'another secret': { text: formatRecoveryCode(randomBytes(32)), code: 'HF-RECOVERY-KIT-WRONG', says: 'none of those' },
    'another customer’s kit': {
      text: recoveryKitBlock({ opens: 'customer', uid: other, secret: randomBytes(32) }),
      code: 'HF-RECOVERY-KIT-WRONG',
      says: other.toString('hex'),
    },
    'the server’s kit': {
      text: recoveryKitBlock({ opens: 'server', boxId: 'box_x', secret: randomBytes(32) }),
      code: 'HF-RECOVERY-KIT-WRONG',
      says: 'holdfast recover',
    },
    'the PDF': { text: '%PDF-1.7', code: 'HF-RECOVERY-KIT-UNREADABLE', says: 'PDF' },
    'a letter': {
      text: 'Dear Ann, nothing of that kind is in here.',
      code: 'HF-RECOVERY-KIT-UNREADABLE',
      says: 'no recovery code',
    },
  } as const
  test.each(Object.entries(kits))('%s', async (name, { text, code: expected, says }) => {
    const kit = file(`${name.replaceAll(/\W/g, '')}.txt`)
    writeFileSync(kit, text)
    const { exitCode, json, output, errors } = await restoreTo(
      'never',
      '--from',
      copy,
      '--recovery-kit',
      kit,
      '--device',
      'ANN-PC',
    )
    expect(exitCode).toBe(2)
    expect(json().at(-1).error).toMatchObject({ code: expected, detail: expect.stringContaining(says) })
    for (const held of [code, secret.toString('hex')]) expect(output + errors).not.toContain(held)
  })

  test.each([
    {
      title: 'a folder without backups',
      words: () => ['--from', folder, '--recovery-kit', file('kit.txt')],
      code: 'HF-RECOVERY-SOURCE-WRONG',
    },
    {
      title: 'a server',
      words: () => ['--from', 'ftp://box.example/', '--recovery-kit', file('kit.txt')],
      code: 'HF-NOT-IN-THIS-VERSION',
    },
    { title: 'a kit without a folder', words: () => ['--recovery-kit', file('kit.txt')], code: 'HF-USAGE' },
    { title: 'a code and nobody to type it', words: () => ['--from', copy, '--recovery-code'], code: 'HF-USAGE' },
    {
      title: 'no kit file',
      words: () => ['--from', copy, '--recovery-kit', file('nothing')],
      code: 'HF-RECOVERY-KIT-UNREADABLE',
    },
    {
      title: 'a computer that is not there',
      words: () => ['--from', copy, '--recovery-kit', file('kit.txt'), '--device', 'EVE'],
      code: 'HF-NO-VERSION',
    },
  ])('$title', async ({ words, code: expected }) => {
    const { exitCode, json } = await restoreTo('never', ...words())
    expect(exitCode).not.toBe(0)
    expect(json().at(-1).error).toMatchObject({ code: expected })
  })
})

describe('a damaged copy', () => {
  const packsOf = (place: string) =>
    readdirSync(join(place, 'packs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort((one, another) => statSync(another).size - statSync(one).size)
  const damagedCopy = (name: string, damage: (place: string) => void) => {
    const place = file(name)
    cpSync(join(copy, 'repositories', uid), place, { recursive: true })
    damage(place)
    return place
  }
  const restoreFrom = (place: string, to: string) =>
    restoreTo(to, '--from', place, '--recovery-kit', file('kit.txt'), '--device', 'BOB-PC', '--job', 'documents')

  test('without a pack: the rest comes back, what does not is named, exit 3', async () => {
    // Every computer's picture is in a pack of its own: Bob's is the one whose loss costs Bob's picture.
    const place = damagedCopy('without packs', (at) => {
      for (const pack of packsOf(at).slice(0, 3)) rmSync(pack)
    })
    const { exitCode, json } = await restoreFrom(place, 'rest')
    expect(exitCode).toBe(3)
    const summary = json().at(-1)
    expect(summary.failedCount).toBe(1)
    expect(summary.failed[0].path).toMatch(/inner\/picture$/)
    expect(readFileSync(join(file('rest'), 'BOB-PC documents', 'letter.txt'), 'utf8')).toBe('of BOB-PC for documents\n')
  })

  test('with tree packs lost but their second files there: all of it', async () => {
    const place = damagedCopy('without trees', (at) => {
      for (const twin of readdirSync(join(at, 'packs2'), { recursive: true, withFileTypes: true }))
        if (twin.isFile()) rmSync(join(twin.parentPath.replace('packs2', 'packs'), twin.name))
    })
    expect((await restoreFrom(place, 'trees')).exitCode).toBe(0)
    expectSame('BOB-PC', 'documents', 'trees')
  })

  test('without the trees of a version in either place: the folder is named, exit 3', async () => {
    const place = damagedCopy('no trees at all', (at) => {
      for (const twin of readdirSync(join(at, 'packs2'), { recursive: true, withFileTypes: true }))
        if (twin.isFile())
          for (const folder of [twin.parentPath, twin.parentPath.replace('packs2', 'packs')]) rmSync(join(folder, twin.name))
    })
    const { exitCode, json } = await restoreFrom(place, 'never')
    expect(exitCode).toBe(3)
    expect(json().at(-1)).toMatchObject({ failedCount: 1, failed: [{ path: file('BOB-PC documents'), code: 'missing' }] })
  })

  test('with its key slot damaged: is no reason to doubt the kit', async () => {
    const place = damagedCopy('slot', (at) => {
      const slot = join(at, 'keys', 'recovery-1.json')
      const json = JSON.parse(readFileSync(slot, 'utf8'))
      const sealed = Buffer.from(json.sealed, 'base64')
      sealed[3] = sealed[3]! ^ 1
      writeFileSync(slot, JSON.stringify({ ...json, sealed: sealed.toString('base64') }))
    })
    const { json } = await restoreFrom(place, 'never')
    expect(json().at(-1).error).toMatchObject({ code: 'HF-STORED-DATA-DAMAGED', hint: expect.stringContaining('another copy') })
  })

  test('with a damaged version: the others stay, and it is named', async () => {
    const place = damagedCopy('cut version', (at) => {
      const own = join(at, 'snapshots', computers[1].device)
      truncateSync(join(own, readdirSync(own).sort().at(-1)!), 300)
    })
    const listed = (await agent('snapshots', '--json', '--from', place, '--recovery-kit', file('kit.txt'))).json()[0]
    expect(listed.snapshots).toHaveLength(2)
    expect(listed.damaged).toHaveLength(1)
  })

  test('whose own file is gone is said to be none', async () => {
    const place = damagedCopy('no description', (at) => renameSync(join(at, 'repository.json'), join(at, 'gone')))
    const { json } = await restoreFrom(place, 'never')
    expect(json().at(-1).error).toMatchObject({ code: 'HF-RECOVERY-SOURCE-WRONG' })
  })
})
