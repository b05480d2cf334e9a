import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProcess } from '../../server/runtime/process-identity.ts'
import { copiedProgram } from '../support/copied-program.ts'
import { findServerPid, stopLeftServer } from '../support/left-server.ts'

/** `npm start` without npm, on any Node that can run it. */
async function start(path: string, words: readonly string[] = [process.execPath, join(path, 'scripts/start.mjs'), '--json']) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_')))
  const [program = '', ...rest] = words
  const env = { ...environment, HOLDFAST_PORT: '0' }
  const child = spawn(program, rest, { cwd: path, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (part: Buffer) => {
    errors += part.toString()
  })
  for await (const line of createInterface({ input: child.stdout })) {
    child.stdout.resume()
    return { child, ...(JSON.parse(line) as { url: string; dataFolder: string; pid: number }) }
  }
  throw new Error(`it did not start: ${errors}`)
}

async function end(child: ChildProcess, ...signals: readonly NodeJS.Signals[]): Promise<number | string | null> {
  const exited = once(child, 'exit')
  for (const signal of signals) child.kill(signal)
  const [code, signal] = (await exited) as [number | null, string | null]
  return code ?? signal
}

const longName = Array.from(
  { length: 4 },
  (_, index) => `a folder with quite a long name, as people have them, number ${index}`,
).join('/')

describe('npm start', () => {
  test.each([
    { title: 'a folder with spaces and signs in its name', name: "Helen's clone (new) & co – ü" },
    { title: 'a very long path', name: longName },
  ])('works from $title, twice in a row', async ({ name }) => {
    using program = copiedProgram({ name })
    for (let round = 0; round < 2; round += 1) {
      const { child, url, dataFolder } = await start(program.path)
      expect(dataFolder).toBe(join(program.path, 'data'))
      expect((await fetch(`${url}/readyz`)).status).toBe(200)
      expect(await end(child, 'SIGTERM')).toBe(0)
      expect(findServerPid(dataFolder)).toBeUndefined()
    }
  })

  describe('again and again over one folder', () => {
    let program: ReturnType<typeof copiedProgram>
    beforeAll(() => {
      program = copiedProgram()
    })
    afterAll(async () => {
      await stopLeftServer(join(program.path, 'data'))
      program[Symbol.dispose]()
    })

    test('is the server itself, takes the two signals of one Ctrl-C under npm for one, and stops cleanly', async () => {
      const { child, pid, dataFolder } = await start(program.path)
      expect(pid).toBe(child.pid)
      expect(await end(child, 'SIGINT', 'SIGINT')).toBe(0)
      expect(existsSync(join(dataFolder, 'lock'))).toBe(false)
      expect(findServerPid(dataFolder)).toBeUndefined()
    })

    test('stops when its npm is told to, and a start right after that waits for it', async () => {
      const first = await start(program.path, ['npm', 'start', '--silent', '--', '--json'])
      expect(first.pid).not.toBe(first.child.pid)
      await end(first.child, 'SIGTERM')
      const second = await start(program.path)
      expect(second.pid).not.toBe(first.pid)
      expect(findProcess(first.pid)).toBeUndefined()
      expect(await end(second.child, 'SIGTERM')).toBe(0)
    })

    test('starts again after kill -9', async () => {
      const first = await start(program.path)
      expect(await end(first.child, 'SIGKILL')).toBe('SIGKILL')
      const second = await start(program.path)
      expect((await fetch(`${second.url}/readyz`)).status).toBe(200)
      expect(await end(second.child, 'SIGTERM')).toBe(0)
    })
  })
})
