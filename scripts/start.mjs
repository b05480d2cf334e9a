/** `npm start`: from a fresh clone to a page in the browser. Installs what is missing, then becomes the server. Runs on Node 20. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureDatabaseProgram } from './database-program.mjs'
import { ensurePackages, programFolder } from './packages.mjs'
import { runSteps } from './run-steps.mjs'

runSteps((say) => {
  ensurePackages({ withDevelopment: false, say })
  ensureDatabaseProgram({ say })
})

const words = ['serve', ...process.argv.slice(2)]
if (process.platform !== 'win32' && typeof process.execve === 'function') {
  process.execve('/bin/sh', ['sh', join(programFolder, 'bin', 'holdfast'), ...words], process.env)
} else {
  runAsChild()
}

const lookForParentEveryMs = 200

/** Where a program cannot turn into another one: it passes signals on, and ends as the server ends. */
function runAsChild() {
  const isWindows = process.platform === 'win32'
  const launcher = join(programFolder, 'bin', isWindows ? 'holdfast.cmd' : 'holdfast')
  const child = isWindows
    ? spawn(`"${launcher}"`, words, { stdio: 'inherit', shell: true })
    : spawn('/bin/sh', [launcher, ...words], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // The shell of an npm that is told to stop takes the signal for itself, and leaves us without a parent.
  if (process.env.npm_lifecycle_event === 'start') whenParentIsGone(() => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)))
}

function whenParentIsGone(act) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    act()
  }, lookForParentEveryMs)
}
