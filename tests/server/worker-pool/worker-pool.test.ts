import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createWorkerPool, type WorkerPool } from '../../../server/worker-pool/worker-pool.ts'

const secrets = { uid: randomBytes(16), dedupKey: randomBytes(32), encryptionKeys: [randomBytes(32)] }
const absent = { secrets, uid: secrets.uid, file: '/no/such/file', kind: 'data', isDataRead: true } as const
const ask = (pool: WorkerPool, options: { isUrgent: boolean; signal?: AbortSignal } = { isUrgent: true }) =>
  pool.run('check-pack', absent, options)

test('tasks are answered, more of them than there are threads', async () => {
  await using pool = createWorkerPool()
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(pool)))
  for (const answer of answers) expect(answer).toEqual({ kind: 'absent' })
})

test('what a person waits for goes first', async () => {
  await using pool = createWorkerPool({ threads: 1 })
  const order: string[] = []
  const started = ask(pool).then(() => order.push('started'))
  const patient = ask(pool, { isUrgent: false }).then(() => order.push('patient'))
  const urgent = ask(pool).then(() => order.push('urgent'))
  await Promise.all([started, patient, urgent])
  expect(order).toEqual(['started', 'urgent', 'patient'])
})

test('a task that throws fails alone', async () => {
  await using pool = createWorkerPool({ threads: 1 })
  const broken = pool.run('open-records', { secrets: undefined as never, ids: new Uint8Array(), places: [] }, { isUrgent: true })
  await expect(broken).rejects.toThrow(TypeError)
  expect(await ask(pool)).toEqual({ kind: 'absent' })
})

test('a waiting task can be given up, a full queue says so, a closed pool too', async () => {
  const pool = createWorkerPool({ threads: 1 })
  const first = ask(pool)
  const giveUp = new AbortController()
  const second = ask(pool, { isUrgent: true, signal: giveUp.signal })
  giveUp.abort(new Error('the reader left'))
  await expect(second).rejects.toThrow('the reader left')
  const many = Array.from({ length: 1000 }, () => ask(pool))
  for (const task of many) task.catch(() => {})
  await expect(ask(pool)).rejects.toMatchObject({ fault: 'busy' })
  await pool[Symbol.asyncDispose]()
  first.catch(() => {})
  await expect(many.at(-1)).rejects.toMatchObject({ fault: 'closed' })
  await expect(ask(pool)).rejects.toMatchObject({ fault: 'closed' })
})
