import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { copiedProgram, packagesFolder } from '../support/copied-program.ts'

/**
 * The set-up on machines that lack something. The machine is a folder of programs, the only one on the search path: the package
 * managers in it are scripts that note what they are asked for and do what theirs would do.
 */
function machine(programs: Readonly<Record<string, string>>, options: { readonly withPackages?: boolean } = {}) {
  const program = copiedProgram(options)
  const bin = join(program.folder, 'bin')
  mkdirSync(bin)
  for (const [name, script] of Object.entries(programs)) add(bin, name, script)
  for (const name of ['sh', 'dirname', 'readlink']) symlinkSync(`/bin/${name}`, join(bin, name))
  symlinkSync(process.execPath, join(bin, 'node'))
  // Nothing but the search path, or the server program of this machine would be found.
  const placesFile = join(program.path, 'server/database/mariadb/server-program-places.json')
  const places = JSON.parse(readFileSync(placesFile, 'utf8')) as object
  writeFileSync(placesFile, JSON.stringify({ ...places, folders: [] }))
  const asked = join(program.folder, 'asked')
  writeFileSync(asked, '')
  for (const path of [program.folder, asked]) chmodSync(path, 0o777)
  const run = (words: readonly string[], as?: number, environment: Readonly<Record<string, string>> = {}) => {
    const result = spawnSync(join(bin, 'node'), words, {
      cwd: program.path,
      encoding: 'utf8',
      env: { PATH: bin, ASKED: asked, BIN: bin, PACKAGES: packagesFolder, ...environment },
      ...(as === undefined ? {} : { uid: as, gid: as }),
    })
    return { exitCode: result.status, errors: result.stderr, output: result.stdout, asked: readFileSync(asked, 'utf8') }
  }
  return { ...program, bin, run, [Symbol.dispose]: () => program[Symbol.dispose]() }
}

function add(bin: string, name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

const installing = 'echo "$0 $*" >> "$ASKED"; echo "#!/bin/sh" > "$BIN/mariadbd"; /bin/chmod 755 "$BIN/mariadbd"'
const failing = 'echo "$0 $*" >> "$ASKED"; echo "no such package" >&2; exit 100'
const isRoot = process.getuid?.() === 0
const nobody = 65_534
const prepare = ['scripts/prepare.mjs']

describe('without a database server program', () => {
  test.runIf(isRoot).each([
    { manager: 'apt-get', words: 'install -y -q --no-install-recommends mariadb-server-core' },
    { manager: 'dnf', words: 'install -y -q mariadb-server' },
    { manager: 'apk', words: 'add --no-cache mariadb' },
  ])('root has it installed by $manager', ({ manager, words }) => {
    using here = machine({ [manager]: installing })
    const { exitCode, errors, asked } = here.run(prepare)
    expect(errors).toMatch(new RegExp(`^Installing mariadb\\S* with ${manager} …\n$`))
    expect(asked).toContain(words)
    expect(exitCode).toBe(0)
  })

  test.runIf(isRoot)('a package list that is out of date is fetched, and the installation tried again', () => {
    using here = machine({
      'apt-get': `case "$*" in *update*) echo done > "$BIN/updated";; esac; [ -e "$BIN/updated" ] || exit 100; ${installing}`,
    })
    expect(here.run(prepare)).toMatchObject({ exitCode: 0, asked: expect.stringMatching(/update[\s\S]*install/) })
  })

  test.runIf(isRoot)('an installation that fails ends the start with one line', () => {
    using here = machine({ 'apt-get': failing })
    const { exitCode, errors } = here.run(prepare)
    expect(exitCode).toBe(1)
    expect(errors).toContain('no such package')
    expect(errors.trim().split('\n').at(-1)).toMatch(/^Holdfast cannot start: apt-get could not install mariadb-server-core/)
  })

  const canBecomeNobody = isRoot && isReadableByOthers(packagesFolder) && isReadableByOthers(process.execPath)
  test.runIf(canBecomeNobody).each([
    { manager: 'apt-get', line: 'sudo apt-get install mariadb-server-core' },
    { manager: 'dnf', line: 'sudo dnf install mariadb-server' },
    { manager: 'apk', line: 'sudo apk add mariadb' },
  ])('another user is told the line for $manager, and nothing is run', ({ manager, line }) => {
    using here = machine({ [manager]: installing })
    const { exitCode, errors, asked } = here.run(prepare, nobody)
    expect(errors).toContain(`Holdfast needs a MariaDB server program. Run: ${line} (or set HOLDFAST_DATABASE_URL)`)
    expect(errors.trim().split('\n')).toHaveLength(1)
    expect({ exitCode, asked }).toEqual({ exitCode: 1, asked: '' })
  })

  test.runIf(isRoot)('root is told the line for Homebrew, which refuses root', () => {
    using here = machine({ brew: installing })
    expect(here.run(prepare)).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('Run: brew install mariadb (or'),
      asked: '',
    })
  })

  test('on a system without a known package manager one is told what is needed', () => {
    using here = machine({})
    const { exitCode, errors } = here.run(prepare)
    expect(errors).toBe(
      'Holdfast cannot start: Holdfast needs a MariaDB server program (10.11 or later): install it, or set HOLDFAST_DATABASE_URL.\n',
    )
    expect(exitCode).toBe(1)
  })

  test('nothing is installed where another database is configured', () => {
    using here = machine({ 'apt-get': installing })
    const url = 'mysql://root@db/holdfast'
    expect(here.run(prepare, undefined, { HOLDFAST_DATABASE_URL: url })).toMatchObject({ exitCode: 0, asked: '' })
    mkdirSync(join(here.path, 'data'))
    writeFileSync(join(here.path, 'data/holdfast.env'), `# ours\nHOLDFAST_DATABASE_URL=${url}\n`)
    expect(here.run(prepare)).toMatchObject({ exitCode: 0, asked: '' })
  })

  test('an old program by its other name is enough', () => {
    using here = machine({ mysqld: 'exit 0', 'apt-get': installing })
    expect(here.run(prepare)).toMatchObject({ exitCode: 0, asked: '' })
  })
})

describe('without npm packages', () => {
  const npm = 'echo "npm $*" >> "$ASKED"; /bin/ln -s "$PACKAGES" node_modules'

  test('a launcher has them installed, says so, and goes on', () => {
    using here = machine({ npm, mariadbd: 'exit 0' }, { withPackages: false })
    const result = spawnSync(join(here.path, 'bin/holdfast'), ['--help'], {
      encoding: 'utf8',
      env: { PATH: here.bin, ASKED: join(here.folder, 'asked'), PACKAGES: packagesFolder },
    })
    expect(result.stderr).toMatch(/^Holdfast is not set up yet; doing that now\.\nInstalling npm packages/)
    expect(result.stdout).toContain('Usage: holdfast')
    expect(result.status).toBe(0)
    expect(readFileSync(join(here.folder, 'asked'), 'utf8')).toContain('npm install --no-save')
  })

  test('one line says that npm is missing', () => {
    using here = machine({ mariadbd: 'exit 0' }, { withPackages: false })
    expect(here.run(prepare)).toMatchObject({
      exitCode: 1,
      errors: expect.stringMatching(/Holdfast cannot start: npm cannot be started \(ENOENT\); install npm and try again\.\n$/),
    })
  })

  test('one line says that npm failed', () => {
    using here = machine({ npm: 'echo "registry is gone" >&2; exit 1', mariadbd: 'exit 0' }, { withPackages: false })
    const { exitCode, errors } = here.run(prepare)
    expect(exitCode).toBe(1)
    expect(errors).toMatch(
      /registry is gone\nHoldfast cannot start: npm could not install the packages; its own words are above\.\n$/,
    )
  })

  test('other versions than the lock file’s are replaced in place', () => {
    using here = machine({ npm: 'echo "npm $*" >> "$ASKED"; exit 1', mariadbd: 'exit 0' }, { withPackages: false })
    mkdirSync(join(here.path, 'node_modules'))
    const installed = JSON.parse(readFileSync(join(packagesFolder, '.package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>
    }
    installed.packages['node_modules/hono']!.version = '0.0.1'
    writeFileSync(join(here.path, 'node_modules/.package-lock.json'), JSON.stringify(installed))
    const { errors, asked } = here.run(prepare)
    expect(errors).toMatch(/^Updating npm packages …\n/)
    expect(asked).toContain('npm install --no-save')
  })

  test('of the right versions, npm is not asked', () => {
    using here = machine({ npm, mariadbd: 'exit 0' })
    expect(here.run(prepare)).toMatchObject({ exitCode: 0, errors: '', asked: '' })
  })

  test('an installation that was killed is not waited for', () => {
    using here = machine({ npm, mariadbd: 'exit 0' }, { withPackages: false })
    mkdirSync(join(here.path, '.cache'))
    writeFileSync(join(here.path, '.cache/installing'), '4194305')
    expect(here.run(prepare)).toMatchObject({ exitCode: 0, asked: expect.stringContaining('npm install') })
    expect(existsSync(join(here.path, '.cache/installing'))).toBe(false)
  })
})

test('both launchers find themselves, their Node and its cache in the same way', () => {
  const upTo = (end: string, name: string) => {
    const text = readFileSync(join(import.meta.dirname, '../../bin', name), 'utf8')
    expect(text).toContain(end)
    return text.slice(0, text.indexOf(end))
  }
  const asServer = (text: string) =>
    text.replace('agent/main.ts', 'server/cli/main.ts').replace('Starts the agent', "Starts the server's program")
  expect(asServer(upTo('export UV_THREADPOOL_SIZE', 'holdfast-agent'))).toBe(upTo('export UV_THREADPOOL_SIZE', 'holdfast'))
  expect(asServer(upTo('"%node%" ', 'holdfast-agent.cmd'))).toBe(upTo('"%node%" ', 'holdfast.cmd'))
})

function isReadableByOthers(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o005) !== 0o005) return false
    if (at === dirname(at)) return true
  }
}
