/** The npm packages in node_modules, among them the Node that Holdfast runs on. Runs on Node 20. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureNodeLibraries } from './node-libraries.mjs'

export const programFolder = join(dirname(fileURLToPath(import.meta.url)), '..')

export function findOwnNode() {
  const path = join(programFolder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(path) ? path : undefined
}

/**
 * Installs what package-lock.json asks for when node_modules lacks it or holds other versions. Throws with one line for people.
 * Packages in use are updated in place: another Holdfast may be running from this very folder.
 */
export function ensurePackages({ withDevelopment, say }) {
  const isDone = () => findMissing({ withDevelopment }).length === 0 && findOwnNode() !== undefined
  if (isDone()) return
  const release = waitForTurn()
  try {
    if (isDone()) return
    ensureNodeLibraries({ say })
    const isFirst = !existsSync(join(programFolder, 'node_modules'))
    // Not `npm ci`: it refuses a lock file without the entries of platforms that a registry does not carry.
    say(isFirst ? 'Installing npm packages, among them Node 26 (once, about 250 MB) …' : 'Updating npm packages …')
    const keepsDevelopment = withDevelopment || existsSync(join(programFolder, 'node_modules', 'vitest'))
    runNpm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...(keepsDevelopment ? [] : ['--omit=dev'])])
    const missing = findMissing({ withDevelopment })
    if (missing.length > 0) throw new Error(`npm did not install ${missing.slice(0, 5).join(', ')}`)
    checkOwnNode()
  } finally {
    release()
  }
}

function checkOwnNode() {
  const node = findOwnNode()
  if (node === undefined) {
    throw new Error('npm did not bring Node 26 along: are install scripts switched off (npm config get ignore-scripts)?')
  }
  const { status, stderr } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Node 26 does not run on this system (${(stderr ?? '').trim().split('\n')[0]})`)
}

/** Compares the lock file with the list that npm keeps of what it installed. */
function findMissing({ withDevelopment }) {
  const wanted = readJson(join(programFolder, 'package-lock.json'))?.packages ?? {}
  const installed = readJson(join(programFolder, 'node_modules', '.package-lock.json'))?.packages ?? {}
  return Object.entries(wanted)
    .filter(([path, { optional, dev, devOptional }]) => path !== '' && !optional && (withDevelopment || !(dev || devOptional)))
    .filter(([path, { version }]) => installed[path]?.version !== version)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')} ${version}`)
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function runNpm(words) {
  // npm tells the scripts it runs where it is itself; outside of one, it is on the search path.
  const { npm_execpath: npmProgram } = process.env
  const isNpm = npmProgram?.endsWith('.js') ?? false
  const [program, first] = isNpm ? [process.execPath, [npmProgram]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []]
  const result = spawnSync(program, [...first, ...words], {
    cwd: programFolder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: program.endsWith('.cmd'),
  })
  if (result.error !== undefined) throw new Error(`npm cannot be started (${result.error.code}); install npm and try again`)
  if (result.status !== 0) throw new Error('npm could not install the packages; its own words are above')
}

const turnPatienceMs = 15 * 60_000
const lookAgainEveryMs = 500

/** Two starts at once on a fresh clone must not install into each other. */
function waitForTurn() {
  const folder = join(programFolder, '.cache')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'installing')
  for (let waitedMs = 0; waitedMs < turnPatienceMs; waitedMs += lookAgainEveryMs) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (isLeft(path)) rmSync(path, { force: true })
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookAgainEveryMs)
  }
  throw new Error(`another installation seems to run; if none does, remove ${path}`)
}

function isLeft(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs > turnPatienceMs) return true
    process.kill(Number(readFileSync(path, 'utf8')), 0)
    return false
  } catch (error) {
    return error.code !== 'EPERM'
  }
}
