/** The number that a repository's row and its files keep both, by which an old dump over newer files is noticed. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  demandCurrentIndex,
  raiseGeneration,
  readGenerationFile,
  reconcileGeneration,
  writeGenerationFile,
} from '../../../server/repositories/generation.ts'
import { findRepository } from '../../../server/repositories/repositories-table.ts'
import { nothingAtPoints } from '../../../server/storage-volumes/crash-points.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

const request = { job: 'documents', parent: undefined }

describe('the generation', () => {
  let upload: UploadBox
  let computer: TestComputer
  beforeEach(async () => {
    upload = await uploadBox()
    computer = await connectComputer(upload)
  })
  afterEach(async () => {
    await computer[Symbol.asyncDispose]()
    await upload[Symbol.asyncDispose]()
  })

  const database = () => upload.box.database
  const repository = async () => {
    const found = await upload.box.uploads.getRepository(computer.identity.customerId)
    return { repositoryId: found.repositoryId, generation: found.generation }
  }
  const readRow = async () => findRepository(database().kysely, (await repository()).repositoryId)
  const raise = async () => {
    const { repositoryId } = await repository()
    return database().transaction((tx) => raiseGeneration(tx, repositoryId))
  }
  const writeFile = (generation: number) => writeGenerationFile(computer.place, generation, nothingAtPoints)
  const backUp = async () => {
    const writer = new VersionWriter(computer.secrets)
    const session = await computer.target.openSession(request)
    const root = writer.tree([writer.file('file', randomBytes(2000))])
    return commitTree(session, writer, { root, device: computer.device })
  }

  test('is 0 in the row and in the file of a new repository', async () => {
    expect(await repository()).toMatchObject({ generation: 0 })
    expect(await readGenerationFile(computer.place)).toBe(0)
  })

  test('rises in the row first, then in the file', async () => {
    expect(await raise()).toBe(1)
    expect(await readGenerationFile(computer.place)).toBe(0)
    expect(await demandCurrentIndex(computer.place, readRow)).toMatchObject({ generation: 1 })
    await writeFile(1)
    expect(await readGenerationFile(computer.place)).toBe(1)
    expect(readdirSync(computer.place.temporaryFolder)).toEqual([])
  })

  test('is never lowered in the file, whoever comes last', async () => {
    await Promise.all([writeFile(2), writeFile(3), writeFile(1)])
    expect(await readGenerationFile(computer.place)).toBe(3)
  })

  test.each(['', '7', 'seven\n', '-1\n', '99999999999999999999\n'])('is not believed from a file that says %j', async (text) => {
    writeFileSync(computer.place.generationFile, text)
    expect(await readGenerationFile(computer.place)).toBeUndefined()
    await expect(demandCurrentIndex(computer.place, readRow)).rejects.toMatchObject({ fault: 'rebuild-needed' })
  })

  test('at boot, behind the row: what was decided is finished, and the file raised', async () => {
    await raise()
    let finished = 0
    const row = (await readRow())!
    const finishIntents = async () => {
      expect(await readGenerationFile(computer.place)).toBe(1)
      finished += 1
    }
    const options = { repository: row, place: computer.place, finishIntents, reached: nothingAtPoints }
    expect(await reconcileGeneration(options)).toBe('current')
    expect(finished).toBe(1)
  })

  test('at boot, ahead of the row: nothing is touched', async () => {
    await writeFile(4)
    const finishIntents = () => Promise.reject(new Error('touched'))
    const options = { repository: (await readRow())!, place: computer.place, finishIntents, reached: nothingAtPoints }
    expect(await reconcileGeneration(options)).toBe('old-dump')
    expect(readFileSync(computer.place.generationFile, 'latin1')).toBe('4\n')
  })

  test('at boot, for a repository whose making was cut off: the file is made', async () => {
    rmSync(computer.place.generationFile)
    const common = { repository: (await readRow())!, place: computer.place, reached: nothingAtPoints }
    expect(await reconcileGeneration({ ...common, finishIntents: async () => {} })).toBe('old-dump')
    rmSync(computer.place.repositoryFile)
    expect(await reconcileGeneration({ ...common, finishIntents: async () => {} })).toBe('current')
    expect(await readGenerationFile(computer.place)).toBe(0)
  })

  test('of an old dump: no promise, no commit, no adoption, until the row is as new as the file', async () => {
    expect(await backUp()).toMatchObject({ kind: 'committed' })
    const session = await computer.target.openSession(request)
    await writeFile(1)
    await expect(session.have([randomBytes(32) as never])).rejects.toThrow(/older than the stored files/)
    await expect(backUp()).rejects.toThrow(/older than the stored files/)
    expect(await upload.box.uploads.adopt()).toEqual({ packsIndexed: 0, versionsAdopted: 0, filesQuarantined: 0 })
    await raise()
    expect(await backUp()).toMatchObject({ kind: 'committed' })
  })
})
