/** The MariaDB or MySQL server program for the private database. Runs on Node 20. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { programFolder } from './packages.mjs'
import { findManager, findProgram, install, installLine, mayInstall } from './programs.mjs'

const packageNames = { apt: 'mariadb-server-core', dnf: 'mariadb-server', apk: 'mariadb', brew: 'mariadb' }

/** Installs the program when there is none and no other database is configured. Throws with one line for people where it may not. */
export function ensureDatabaseProgram({ say }) {
  if (hasOtherDatabase() || findDatabaseProgram() !== undefined) return
  if (process.platform === 'win32') {
    throw new Error('On Windows Holdfast needs a MariaDB or MySQL server: install one and set HOLDFAST_DATABASE_URL')
  }
  const manager = findManager()
  if (manager === undefined) {
    throw new Error('Holdfast needs a MariaDB server program (10.11 or later): install it, or set HOLDFAST_DATABASE_URL')
  }
  const packages = [packageNames[manager.name]]
  if (!mayInstall(manager)) {
    throw new Error(
      `Holdfast needs a MariaDB server program. Run: ${installLine(manager, packages)} (or set HOLDFAST_DATABASE_URL)`,
    )
  }
  say(`Installing ${packages[0]} with ${manager.program} …`)
  if (!install(manager, packages) || findDatabaseProgram() === undefined) {
    throw new Error(`${manager.program} could not install ${packages[0]}; its own words are above (or set HOLDFAST_DATABASE_URL)`)
  }
}

function findDatabaseProgram() {
  const file = join(programFolder, 'server', 'database', 'mariadb', 'server-program-places.json')
  const { programs, folders } = JSON.parse(readFileSync(file, 'utf8'))
  return findProgram(programs, folders)
}

function hasOtherDatabase() {
  if (process.env.HOLDFAST_DATABASE_URL) return true
  try {
    const file = join(process.env.HOLDFAST_DATA || join(programFolder, 'data'), 'holdfast.env')
    return /^\s*(export\s+)?HOLDFAST_DATABASE_URL\s*=\s*\S/m.test(readFileSync(file, 'utf8'))
  } catch {
    return false
  }
}
