import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findProcess } from '../../../server/runtime/process-identity.ts'
import { eventually } from '../../support/eventually.ts'
import { findServerPid } from '../../support/left-server.ts'
import { type RunningBox, startBox } from '../../support/start-box.ts'

const readiness = async (box: RunningBox) => (await fetch(`${box.url}/readyz`)).status

describe('a box with its own database', () => {
  test('starts, listens on this machine only, stops cleanly and starts again', async () => {
    await using first = await startBox({ privateDatabase: true })
    expect(new URL(first.url).hostname).toBe('127.0.0.1')
    expect(first.setupUrl).toMatch(/\/setup\?token=[\w-]{20,}$/)
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200)
    expect(await readiness(first)).toBe(200)
    expect(statSync(first.dataFolder).mode & 0o777).toBe(0o700)
    expect(statSync(join(first.dataFolder, 'keys/master.key'))).toMatchObject({ size: 32 })
    expect(statSync(join(first.dataFolder, 'keys/master.key')).mode & 0o777).toBe(0o400)
    expect(statSync(join(first.dataFolder, 'control.sock')).mode & 0o777).toBe(0o600)
    const database = findServerPid(first.dataFolder)!

    expect(await first.stop()).toBe(0)
    expect(findProcess(database)).toBeUndefined()
    for (const left of ['lock', 'mysql.pid', 'mysql.sock', 'control.sock']) {
      expect(existsSync(join(first.dataFolder, left)), left).toBe(false)
    }

    await using second = await first.restart()
    expect(await readiness(second)).toBe(200)
    expect(second.setupUrl).not.toBe(first.setupUrl)
    expect(second.warnings()).toBe('')
  })

  test('killed, leaves its database to the next start, which takes it over', async () => {
    await using box = await startBox({ privateDatabase: true })
    const database = findServerPid(box.dataFolder)!
    await box.kill()
    expect(findProcess(database)).toBeDefined()
    await using again = await box.restart()
    expect(findServerPid(again.dataFolder)).toBe(database)
    expect(await readiness(again)).toBe(200)
    expect(await again.stop()).toBe(0)
    expect(findProcess(database)).toBeUndefined()
  })

  test('outlives its database and brings it back', async () => {
    await using box = await startBox({ privateDatabase: true })
    const database = findServerPid(box.dataFolder)!
    process.kill(database, 'SIGKILL')
    const problem = await eventually(async () => {
      const answer = await fetch(`${box.url}/readyz`)
      expect(answer.status).toBe(503)
      return answer.json()
    })
    expect(problem).toMatchObject({ code: 'HF-NOT-READY', detail: expect.stringContaining('database:') })
    expect((await fetch(`${box.url}/healthz`)).status).toBe(200)
    await eventually(async () => expect(await readiness(box)).toBe(200))
    expect(findServerPid(box.dataFolder)).not.toBe(database)
  })

  test('killed together with its database, starts again', async () => {
    await using box = await startBox({ privateDatabase: true })
    const database = findServerPid(box.dataFolder)!
    await box.kill()
    process.kill(database, 'SIGKILL')
    await using again = await box.restart()
    expect(await readiness(again)).toBe(200)
  })
})
