/** The page Storage, Check over a real box: what it says before, with and after damage; what it never says. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf } from '../../support/two-customers.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

let upload: UploadBox
let computer: TestComputer
let folder: string
let cookie: string

beforeEach(async () => {
  upload = await uploadBox()
  computer = await connectComputer(upload)
  cookie = await cookieOf(upload.box, upload.box.user)
  folder = join(mkdtempSync(join(tmpdir(), 'holdfast-check-page-')), 'source')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a secret name.txt'), 'words '.repeat(1000))
  await backUpFolder(computer, folder)
})
afterEach(async () => {
  rmSync(join(folder, '..'), { recursive: true })
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

async function page(): Promise<string> {
  const answer = await upload.box.app.request('/storage/check', { headers: { cookie, accept: 'text/html' } })
  expect(answer.status).toBe(200)
  return (await answer.text()).replaceAll(/[\s\u00a0]+/g, ' ')
}
async function post(path: string): Promise<void> {
  const answer = await upload.box.app.request(path, formRequest({}, { cookie }))
  expect(answer.status).toBe(303)
  await upload.box.care.chores.settled()
}

test('nothing, whole, damaged, repaired: a sentence for each, and no name of a file', async () => {
  expect(await page()).toContain('Nothing has been checked yet.')
  await upload.box.devicesSide.verification.run({ signal: new AbortController().signal })
  await post('/storage/check/run')
  expect(await page()).toContain('Everything that is stored is whole.')

  const packs = computer.place.twinPacksFolder
  const prefix = readdirSync(packs).find((name) => readdirSync(join(packs, name)).length > 0)!
  rmSync(join(packs, prefix, readdirSync(join(packs, prefix))[0]!))
  await post('/storage/check/run')
  const hurt = await page()
  expect(hurt).toContain('every version can still be restored whole.')
  expect(hurt).toContain('One of two files that hold the same is damaged.')
  expect(hurt).toContain('Repair now')

  await post('/storage/check/repair')
  const repaired = await page()
  expect(repaired).toContain('Everything that is stored is whole.')
  expect(repaired).toContain('1 pack healed.')
  for (const text of [hurt, repaired]) expect(text).not.toContain('secret name')
})
