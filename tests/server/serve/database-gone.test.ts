import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { formatDatabaseUrl } from '../../../server/database/database-address.ts'
import { openPrivateMariaDb } from '../../../server/database/mariadb/private-mariadb.ts'
import { systemClock } from '../../../server/runtime/clock.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { tokenScopes } from '../../../server/tokens/token-scope.ts'
import { eventually } from '../../support/eventually.ts'
import { findServerPid } from '../../support/left-server.ts'
import { runHoldfast, startBox } from '../../support/start-box.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const openServer = (dataFolder: string) =>
  openPrivateMariaDb({
    dataFolder,
    searchPath: process.env.PATH ?? '',
    temporaryFolders: [tmpdir()],
    memoryBytes: 1024 ** 3,
    isRoot: process.getuid?.() === 0,
    clock: systemClock,
    log: silentLog,
  })

describe('a box whose database server is somebody else’s', () => {
  test('says so while that is gone, and goes on when it is back', async () => {
    using folder = temporaryFolder()
    const server = await openServer(folder.path)
    await using box = await startBox({ environment: { HOLDFAST_DATABASE_URL: formatDatabaseUrl(server.address) } })
    const ask = async (path: string) => {
      const answer = await fetch(`${box.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
      return { status: answer.status, body: (await answer.json()) as { code?: string; detail?: string } }
    }
    const token = await setUp(box.dataFolder, box.environment)
    expect(await ask('/api/v1/me')).toMatchObject({ status: 200 })

    await server.stop()
    expect(await ask('/api/v1/me')).toMatchObject({ status: 503, body: { code: 'HF-DATABASE-DOWN' } })
    expect(await ask('/readyz')).toMatchObject({
      status: 503,
      body: { code: 'HF-NOT-READY', detail: 'database: it does not answer' },
    })
    expect(await ask('/healthz')).toMatchObject({ status: 200 })

    await using _back = await openServer(folder.path)
    await eventually(async () => expect(await ask('/readyz')).toMatchObject({ status: 200 }))
    expect(await ask('/api/v1/me')).toMatchObject({ status: 200 })
    expect(await box.stop()).toBe(0)
  })

  test('is not ready while that hangs, and answers within its time', async () => {
    using folder = temporaryFolder()
    await using server = await openServer(folder.path)
    await using box = await startBox({ environment: { HOLDFAST_DATABASE_URL: formatDatabaseUrl(server.address) } })
    const pid = findServerPid(folder.path)!
    process.kill(pid, 'SIGSTOP')
    try {
      const answer = await fetch(`${box.url}/readyz`)
      expect(answer.status).toBe(503)
      expect(await answer.json()).toMatchObject({ detail: 'database: no answer within 3 s' })
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await eventually(async () => expect((await fetch(`${box.url}/readyz`)).status).toBe(200))
    expect(await box.stop()).toBe(0)
  })
})

async function setUp(dataFolder: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const run = async (words: readonly string[], input = '') => {
    const { exitCode, output, errors } = await runHoldfast(words, { ...environment, HOLDFAST_DATA: dataFolder }, { input })
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
    return output
  }
  const email = 'helen@calder-rowe.example'
  await run(['setup', '--email', email, '--name', 'Helen Calder', '--password-file', '-'], 'four words on the quay')
  const output = await run(['token', 'create', '--user', email, '--scope', tokenScopes[0], '--json'])
  return (JSON.parse(output) as { token: string }).token
}
