/** Programs of the system: finding them, and having the system's package manager bring those that are missing. Runs on Node 20. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export function findProgram(names, folders = []) {
  const searched = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...folders]
  for (const name of names) {
    const found = searched.map((folder) => join(folder, name)).find(isExecutable)
    if (found !== undefined) return found
  }
  return undefined
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** How each system installs; `mayRun` says whether this user may. Homebrew refuses to run as root, the others ask for it. */
const managers = [
  {
    name: 'apt',
    program: 'apt-get',
    asRoot: true,
    update: ['update', '-q'],
    install: ['install', '-y', '-q', '--no-install-recommends'],
  },
  { name: 'dnf', program: 'dnf', asRoot: true, install: ['install', '-y', '-q'] },
  { name: 'apk', program: 'apk', asRoot: true, install: ['add', '--no-cache'] },
  { name: 'brew', program: 'brew', asRoot: false, install: ['install'] },
]

export function findManager() {
  return managers.find(({ program }) => findProgram([program]) !== undefined)
}

export function mayInstall(manager) {
  return manager.asRoot ? process.getuid?.() === 0 : process.getuid?.() !== 0
}

/** The line that a person would type. */
export function installLine(manager, packages) {
  const words = [manager.program, manager.install[0], ...packages].join(' ')
  return manager.asRoot ? `sudo ${words}` : words
}

/** True when the package manager says that it is done. Its list of packages is fetched only when the first try fails. */
export function install(manager, packages) {
  const options = manager.name === 'apt' ? ['-o', 'DPkg::Lock::Timeout=120'] : []
  const failures = []
  const run = (words) => {
    const { status, stderr, error } = spawnSync(manager.program, [...options, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', HOMEBREW_NO_AUTO_UPDATE: '1' },
    })
    if (status !== 0) failures.push(stderr || String(error))
    return status === 0
  }
  const isDone =
    run([...manager.install, ...packages]) ||
    (manager.update !== undefined && run(manager.update) && run([...manager.install, ...packages]))
  if (!isDone) console.error(failures.at(-1).trimEnd())
  return isDone
}
