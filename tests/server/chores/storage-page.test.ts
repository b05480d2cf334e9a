/** The pages of the box's own care, as an administrator uses them. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryPlace } from '../../../server/repositories/repository-place.ts'
import { ownFolder } from '../../../server/storage-volumes/places-file.ts'
import { eventually } from '../../support/eventually.ts'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let cookie: string
let other: string

beforeAll(async () => {
  box = await twoCustomers()
  cookie = await cookieOf(box, box.users.administrator)
  other = mkdtempSync(join(tmpdir(), 'holdfast other disk '))
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  rmSync(other, { recursive: true, force: true })
})

async function read(path: string): Promise<string> {
  const answer = await box.app.request(path, { headers: { accept: 'text/html', cookie } })
  expect(answer.status).toBe(200)
  return (await answer.text()).replaceAll(/<[^>]*>/g, ' ').replaceAll(/[\s\u00a0]+/g, ' ')
}

async function press(path: string, fields: Readonly<Record<string, string>> = {}): Promise<Response> {
  return box.app.request(path, formRequest(fields, { cookie }))
}

describe('Storage', () => {
  test('shows the disk, and the work with what came of it', async () => {
    const words = await read('/storage')
    expect(words).toContain('The box looks after what it keeps.')
    expect(words).toContain('The disk of the box In use')
    expect(words).toContain('Backups stop at')
    expect(words).toContain('Known after four days')
    expect(words).toContain('Moving backups')
  })

  test('has work done when somebody asks, and shows it without the page', async () => {
    const answer = await press('/storage/chores/move/run')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/storage'])
    await eventually(async () => expect(await read('/storage/chores')).toContain('Nothing is to be moved.'))
    expect((await press('/storage/chores/no-such/run')).status).toBe(404)
    expect((await press('/storage/chores/no-such/cancel')).status).toBe(404)
    expect((await press('/storage/chores/move/cancel')).status).toBe(303)
  })

  test('asks whether the clock is right after it jumped, and believes who says so', async () => {
    box.clock.advance(60_000)
    await box.care.observedTime.tick()
    box.clock.advance(-3_600_000)
    await box.care.observedTime.tick()
    expect(await read('/storage')).toContain('The clock of the box jumped')
    expect((await press('/storage/clock/confirm')).status).toBe(303)
    expect(await read('/storage')).not.toContain('The clock of the box jumped')
    const audited = await box.database.kysely
      .selectFrom('audit')
      .select(['action', 'actor_name'])
      .orderBy('id', 'desc')
      .executeTakeFirst()
    expect(audited).toEqual({ action: 'clock.confirmed', actor_name: 'administrator@office.example' })
  })

  test('says that the disk is not there, and takes it again when it is', async () => {
    const path = join(box.dataFolder, ownFolder)
    renameSync(path, `${path}.away`)
    mkdirSync(path)
    try {
      expect(await read('/storage')).toContain('A disk with backups is not there. Restoring still works.')
      expect((await press('/storage/disks/accept', { folder: ownFolder })).status).toBe(503)
    } finally {
      rmSync(path, { recursive: true })
      renameSync(`${path}.away`, path)
    }
    expect((await press('/storage/disks/try-again', { folder: ownFolder })).status).toBe(303)
    expect(await read('/storage')).toContain('In use')
  })
})

describe('Move', () => {
  test('shows where backups lie, and refuses what is no place for them', async () => {
    const words = await read('/storage/move')
    expect(words).toContain('Harbour Street Dental')
    expect((await press('/storage/move', { customer: 'C-000002', folder: 'here' })).status).toBe(422)
    expect((await press('/storage/move', { customer: 'C-999999', folder: other })).status).toBe(404)
    expect(box.uploads.moves.find()).toBeUndefined()
    expect((await press('/storage/move/give-up')).status).toBe(409)
  })

  test('is planned with a form, shown while it goes on, and given up', async () => {
    // An upload that does not end keeps the switch away.
    const room = await box.uploads.volumes.reserve(1)
    const answer = await press('/storage/move', { customer: 'C-000002', folder: join(other, 'backups') })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/storage/move'])
    expect(await read('/storage/move')).toContain(`The backups of Harbour Street Dental go to ${join(other, 'backups')}.`)
    expect(await read('/storage/move/progress')).toContain('Moving backups')
    expect((await press('/storage/move/give-up')).status).toBe(303)
    room.release()
    expect(box.uploads.moves.find()).toBeUndefined()
    const { uid } = await box.uploads.getRepository(box.own.customer.customerId)
    expect(repositoryPlace(box.dataFolder, uid).folder).toBe(join(box.dataFolder, ownFolder, uid.toString('hex')))
    expect(await read('/storage/move')).not.toContain('go to')
  })
})
