/** The main job, through the front doors of both sides: a folder into the box, over a socket, and back. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BackupResult, backUp, restore } from '../../../engine/index.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

describe('a folder backed up to a box', () => {
  let upload: UploadBox
  let computer: TestComputer
  let folder: ReturnType<typeof temporaryFolder>
  /** Elsewhere: what changes in a folder above the source is a change. */
  let state: ReturnType<typeof temporaryFolder>
  let source: string
  beforeEach(async () => {
    upload = await uploadBox()
    computer = await connectComputer(upload)
    folder = temporaryFolder()
    state = temporaryFolder()
    source = join(folder.path, 'home')
    mkdirSync(join(source, 'photos'), { recursive: true })
    writeFileSync(join(source, 'photos', 'large.jpg'), randomBytes(5_000_000))
    writeFileSync(join(source, 'letter.txt'), 'Dear Ann,\n'.repeat(200))
    writeFileSync(join(source, 'empty'), '')
    symlinkSync('letter.txt', join(source, 'link'))
  })
  afterEach(async () => {
    await computer[Symbol.asyncDispose]()
    await upload[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
    state[Symbol.dispose]()
  })

  const run = (): Promise<BackupResult> =>
    backUp({
      target: computer.target,
      secrets: computer.secrets,
      device: computer.device,
      job: 'documents',
      sources: [Buffer.from(source)],
      excludes: [],
      isExcluded: () => false,
      cacheFile: join(state.path, 'cache'),
      compression: 'default',
      host: 'desk',
      platform: 'linux',
      agentVersion: '0.1.0',
      tags: [],
      now: Date.now,
      randomBytes,
    })

  test('comes back byte for byte', async () => {
    const { verdict, root } = await run()
    expect(verdict).toBe('ok')
    const to = join(folder.path, 'back')
    const result = await restore({
      records: computer.target,
      secrets: computer.secrets,
      root,
      selection: [Buffer.from(source)],
      destination: { kind: 'folder', path: Buffer.from(to), strip: true },
      overwrite: 'never',
      verify: true,
      randomBytes,
    })
    expect(result.failed).toEqual([])
    for (const name of ['photos/large.jpg', 'letter.txt', 'empty'])
      expect(readFileSync(join(to, 'home', name)).equals(readFileSync(join(source, name))), name).toBe(true)
  })

  test('sends nothing the second time, and only the change the third time', async () => {
    await run()
    // A small tree at most: the folder above, /tmp, is part of the version, and others change it.
    expect((await run()).sentBytes).toBeLessThan(2_000)
    writeFileSync(join(source, 'letter.txt'), 'Dear Ben,\n'.repeat(200))
    const { sentBytes } = await run()
    expect(sentBytes).toBeGreaterThan(0)
    expect(sentBytes).toBeLessThan(100_000)
  })

  test('is seen by the box: versions, runs, bytes and names', async () => {
    await run()
    const { deviceId } = computer.connected.device
    const [version] = await upload.box.devicesSide.snapshots.listOfDevice({ deviceId, beforeSeq: undefined, limit: 10 })
    expect(version).toMatchObject({ job: 'documents', verdict: 'ok', isCheckpoint: false, seq: 1 })
    expect(version!.counts).toMatchObject({ files: 3, symlinks: 1 })
    const device = await upload.box.devicesSide.devices.find(deviceId)
    expect(device!.storedBytes).toBeGreaterThan(5_000_000)
    expect(device).toMatchObject({ versionsCount: 1, lastGoodVersion: version!.id })
    expect(await upload.box.devicesSide.runs.listRunning(upload.box.customer.customerId)).toEqual([])
  })
})
