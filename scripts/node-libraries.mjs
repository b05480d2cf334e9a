/** What Node 26 needs of the system: its builds for Linux want a library that small installations leave out. Runs on Node 20. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findManager, install, installLine, mayInstall } from './programs.mjs'

const library = 'libatomic.so.1'
const packageNames = { apt: 'libatomic1', dnf: 'libatomic', apk: 'libatomic' }
const folders = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib']
const triples = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

/** Installs the library where it is missing. On systems that keep libraries elsewhere Node itself says whether it runs. */
export function ensureNodeLibraries({ say }) {
  if (process.platform !== 'linux' || librariesOf(process.arch).some((folder) => existsSync(join(folder, library)))) return
  const manager = findManager()
  const name = manager && packageNames[manager.name]
  if (name === undefined) return
  if (!mayInstall(manager)) throw new Error(`Node 26 needs the library ${library}. Run: ${installLine(manager, [name])}`)
  say(`Installing ${name}, which Node 26 needs, with ${manager.program} …`)
  if (!install(manager, [name])) throw new Error(`${manager.program} could not install ${name}; its own words are above`)
}

function librariesOf(arch) {
  const triple = triples[arch]
  return triple === undefined ? folders : [...folders, `/lib/${triple}`, `/usr/lib/${triple}`]
}
