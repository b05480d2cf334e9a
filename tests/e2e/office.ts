import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { type RunningBox, type StartBoxOptions, startBox } from '../support/start-box.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A small office: a box that is set up, and one computer that is backed up to it by its agent. */

export const owner = {
  name: 'Helen Rowe',
  email: 'helen@calder-rowe.example',
  password: 'four words on the quay',
  office: 'Calder & Rowe Architects',
}

export const latinName = Buffer.from('caf\xe9 men\xfc.txt', 'latin1')
export const newlineName = Buffer.from('two\nlines.txt')
export const manyFiles = 450

export type OfficeFile = { readonly folders: readonly string[]; readonly name: Buffer; readonly content: Buffer }

/** What an office keeps, and what no office should: names of every kind. */
export function officeFiles(): readonly OfficeFile[] {
  const file = (folders: string, name: string | Buffer, content: string | Buffer) => ({
    folders: folders === '' ? [] : folders.split('/'),
    name: Buffer.from(name as string),
    content: Buffer.from(content as string),
  })
  return [
    file('Invoices 2026', '01 January.xlsx', randomBytes(84_000)),
    file('Invoices 2026', '02 February.xlsx', randomBytes(79_400)),
    file('Invoices 2026', '03 March.xlsx', randomBytes(86_118)),
    file('Invoices 2026/Reminders', 'Reminder Hartmann.docx', randomBytes(31_000)),
    file('Harbour House', 'Ground floor, rev C.dwg', randomBytes(5_600_000)),
    file('Harbour House', 'Section A-A, rev B.dwg', randomBytes(2_100_000)),
    file('Harbour House', 'Tender description.pdf', randomBytes(290_000)),
    file('Harbour House/Photographs', 'Site 01.jpg', randomBytes(1_400_000)),
    file('Harbour House/Photographs', 'Site 02.jpg', randomBytes(1_300_000)),
    file('Letters', 'Müller & Söhne, 請求書.pdf', randomBytes(12_000)),
    file('Letters', latinName, 'a letter of 1998'),
    file('Letters', newlineName, 'a name that no table can hold'),
    file('Letters', 'read me first!.txt', 'hello'),
    file('Letters', 'empty.txt', ''),
    ...Array.from({ length: manyFiles }, (_, index) =>
      file('Scans', `Scan ${String(index + 1).padStart(4, '0')}.pdf`, `scan ${index + 1}`),
    ),
  ]
}

export function writeOffice(folder: string, files: readonly OfficeFile[]): void {
  const longAgo = new Date(Date.UTC(2025, 10, 3, 9, 5))
  for (const { folders, name, content } of files) {
    mkdirSync(join(folder, ...folders), { recursive: true })
    const path = Buffer.concat([Buffer.from(`${join(folder, ...folders)}/`), name])
    writeFileSync(path, content)
    utimesSync(path, longAgo, longAgo)
  }
  mkdirSync(join(folder, 'Not used yet'))
  symlinkSync('../Harbour House', join(folder, 'Letters', 'current project'))
}

type Agent = (...words: readonly string[]) => Promise<string>

export type Office = AsyncDisposable & {
  readonly box: RunningBox
  /** What is backed up. */
  readonly folder: string
  readonly files: readonly OfficeFile[]
  /** The office's first computer. */
  readonly agent: Agent
  /** Another one: with a state folder of its own, in the same room. */
  readonly anotherAgent: (name: string) => Agent
}

/** Starts the box alone; the browser sets it up. */
export async function openOffice(options: StartBoxOptions = {}): Promise<Office> {
  await using opening = new AsyncDisposableStack()
  const home = opening.use(temporaryFolder())
  const box = opening.use(await startBox(options))
  const folder = join(home.path, 'Documents')
  const files = officeFiles()
  writeOffice(folder, files)
  writeFileSync(join(home.path, 'password.txt'), `${owner.password}\n`)
  const closing = opening.move()
  return {
    box,
    folder,
    files,
    agent: (...words) => runAgent(words, join(home.path, 'agent'), home.path),
    anotherAgent:
      (name) =>
      (...words) =>
        runAgent(words, join(home.path, `agent of ${name}`), home.path),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** Answers the setup link in the browser: the page afterwards is Home. */
export async function setUp(page: Page, { box }: Office): Promise<void> {
  await page.goto(box.setupUrl!)
  await page.getByLabel('Your name').fill(owner.name)
  await page.getByLabel('Mail address').fill(owner.email)
  await page.getByLabel('Password').fill(owner.password)
  await page.getByLabel('Whose files does it keep?').fill(owner.office)
  await page.getByRole('button', { name: 'Set up this box' }).click()
  await page.getByRole('link', { name: 'Later' }).click()
  await page.waitForURL(`${box.url}/`)
}

export async function signIn(page: Page, { box }: Office): Promise<void> {
  await page.goto(`${box.url}/signin`)
  await page.getByLabel('Mail address').fill(owner.email)
  await page.getByLabel('Password').fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${box.url}/`)
}

/** Connects the computer, and backs the folder up for the first time. */
export async function connectAndBackUp({ box, agent, folder }: Office): Promise<void> {
  await agent('connect', box.url, '--user', owner.email, '--password-file', 'password.txt', '--name', 'RECEPTION-PC')
  await agent('add', folder)
  await agent('backup')
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function runAgent(words: readonly string[], home: string, workingFolder: string): Promise<string> {
  const launcher = join(import.meta.dirname, '../../bin/holdfast-agent')
  const child = spawn(launcher, words, {
    cwd: workingFolder,
    env: { ...process.env, HOLDFAST_AGENT_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      said += part
    })
  }
  const [exitCode] = await once(child, 'close')
  if (exitCode !== 0) throw new Error(`holdfast-agent ${words.join(' ')} ended with ${exitCode}:\n${said}`)
  return said
}
