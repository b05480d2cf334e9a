/** What "the box has it" is worth. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ChunkId, isInFilter, type PackId } from '../../../engine/index.ts'
import { mappingStates, type PackState, packStates } from '../../../server/packs/pack.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { VersionWriter } from '../../support/version-writer.ts'

const request = { job: 'documents', parent: undefined }

describe('have', () => {
  let upload: UploadBox
  let computer: TestComputer
  let writer: VersionWriter
  beforeEach(async () => {
    upload = await uploadBox()
    computer = await connectComputer(upload)
    writer = new VersionWriter(computer.secrets)
  })
  afterEach(async () => {
    await computer[Symbol.asyncDispose]()
    await upload[Symbol.asyncDispose]()
  })

  const openSession = (of = computer) => of.target.openSession(request)
  /** Data in a pack of its own. */
  const send = async (count: number): Promise<{ readonly ids: readonly ChunkId[]; readonly packId: PackId }> => {
    const ids = Array.from({ length: count }, () => writer.data(randomBytes(100)))
    const [pack, ...more] = writer.takePacks()
    if (pack === undefined || more.length > 0) throw new Error('one pack was expected')
    await (await openSession()).putPack(pack)
    return { ids, packId: pack.id }
  }
  const packRow = (packId: PackId) =>
    upload.box.database.kysely
      .selectFrom('packs')
      .selectAll()
      .where('pack_id', '=', Buffer.from(packId, 'hex'))
      .executeTakeFirstOrThrow()
  const setState = (packId: PackId, state: PackState) =>
    upload.box.database.kysely
      .updateTable('packs')
      .set({ state: packStates[state] })
      .where('pack_id', '=', Buffer.from(packId, 'hex'))
      .execute()

  test('answers for 10,000 ids at once, exactly', async () => {
    const { ids } = await send(5000)
    const strangers = Array.from({ length: 5000 }, () => randomBytes(32) as ChunkId)
    const asked = ids.flatMap((id, index) => [id, strangers[index]!])
    const answers = await (await openSession()).have(asked)
    expect(answers.every((answer, index) => answer === (index % 2 === 0))).toBe(true)
  })

  test('stamps the pack with the newest session that heard it', async () => {
    const { ids, packId } = await send(3)
    const stamp = (await packRow(packId)).claim_seq
    await openSession()
    const session = await openSession()
    await session.have(ids)
    expect((await packRow(packId)).claim_seq).toBe(stamp + 2)
  })

  test('takes a condemned pack back', async () => {
    const { ids, packId } = await send(3)
    await setState(packId, 'condemned')
    expect(await (await openSession()).have(ids)).toEqual([true, true, true])
    expect((await packRow(packId)).state).toBe(packStates.stored)
  })

  test.each(['trashing', 'trashed', 'purged', 'damaged', 'missing', 'quarantined'] as const)(
    'is no for a %s pack',
    async (state) => {
      const { ids, packId } = await send(2)
      await setState(packId, state)
      expect(await (await openSession()).have(ids)).toEqual([false, false])
      expect((await packRow(packId)).state).toBe(packStates[state])
    },
  )

  test('is no for a bad record, and yes again for another copy', async () => {
    const { ids } = await send(1)
    await upload.box.database.kysely.updateTable('chunks').set({ state: mappingStates.bad }).execute()
    const session = await openSession()
    expect(await session.have(ids)).toEqual([false])
    const again = new VersionWriter(computer.secrets)
    const plaintext = randomBytes(50)
    const id = again.data(plaintext)
    for (const pack of again.takePacks()) await session.putPack(pack)
    const copy = new VersionWriter(computer.secrets)
    copy.data(plaintext)
    await upload.box.database.kysely.updateTable('chunks').set({ state: mappingStates.bad }).execute()
    for (const pack of copy.takePacks()) await session.putPack(pack)
    expect(await session.have([id])).toEqual([true])
  })

  test('is no for what another computer sent, until the box has opened it', async () => {
    await using other = await connectComputer(upload, 'XRAY-PC')
    const { ids } = await send(1)
    const session = await openSession(other)
    expect(await session.have(ids)).toEqual([false])
    await upload.box.database.kysely.updateTable('chunks').set({ state: mappingStates.verified }).execute()
    expect(await session.have(ids)).toEqual([true])
  })

  test('the same pack again is no upload while it is stored, and one when it was lost', async () => {
    const session = await openSession()
    writer.data(randomBytes(100))
    const pack = writer.takePacks()[0]!
    const put = async () => {
      const path = `/api/agent/v1/sessions/${await sessionId()}/packs/${pack.id}?kind=data`
      const answer = await computer.link.request('PUT', path, { body: pack.bytes })
      answer.body.resume()
      return answer.status
    }
    await session.putPack(pack)
    expect(await put()).toBe(200)
    await setState(pack.id, 'condemned')
    expect(await put()).toBe(200)
    expect((await packRow(pack.id)).state).toBe(packStates.stored)
    await setState(pack.id, 'trashed')
    expect(await put()).toBe(201)
    expect((await packRow(pack.id)).state).toBe(packStates.stored)
  })

  test('a filter that is kept is not sent again, and grows with every pack', async () => {
    const { ids } = await send(20)
    const path = `/api/agent/v1/sessions/${await sessionId()}/filter`
    const first = await computer.link.request('GET', path)
    first.body.resume()
    const { etag } = first.headers
    const unchanged = await computer.link.request('GET', path, { headers: { 'if-none-match': etag! } })
    unchanged.body.resume()
    expect(unchanged.status).toBe(304)
    writer.data(randomBytes(100))
    const more = await send(20)
    const session = await openSession()
    const filter = await session.filter()
    expect([...ids, ...more.ids].every((id) => isInFilter(filter!, id))).toBe(true)
  })

  const sessionId = async () => {
    await openSession()
    const row = await upload.box.database.kysely
      .selectFrom('backup_sessions')
      .select('id')
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow()
    return row.id
  }
})
