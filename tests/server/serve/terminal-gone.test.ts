import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { formatDatabaseUrl } from '../../../server/database/database-address.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { createTestDatabase } from '../../support/test-database.ts'

test('a box whose terminal is gone goes on serving, and does not log its own failure to log', async () => {
  using folder = temporaryFolder()
  const environment = {
    HOLDFAST_DATA: folder.path,
    HOLDFAST_PORT: '0',
    HOLDFAST_LOG: 'trace',
    HOLDFAST_DATABASE_URL: formatDatabaseUrl(await createTestDatabase()),
  }
  const child = spawn(join(import.meta.dirname, '../../../bin/holdfast'), ['serve', '--json'], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    const url = await readyUrl(child.stdout)
    child.stdout.destroy()
    child.stderr.destroy()
    // Each of these is logged to the terminal that is not there: an unknown route, a wrong protocol, a refused sign-in.
    for (let round = 0; round < 5; round += 1) {
      await fetch(`${url}/nowhere`)
      await fetch(`${url}/api/agent/v1/policy`)
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const log = readFileSync(join(folder.path, 'logs', 'holdfast.log'), 'utf8')
    expect(log).not.toContain('a defect')
    expect(log).not.toContain('EPIPE')
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
  }
})

async function readyUrl(stdout: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stdout })) return (JSON.parse(line) as { url: string }).url
  throw new Error('the box did not start')
}
