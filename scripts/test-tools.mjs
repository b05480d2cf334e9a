/** Programs that the tests drive besides Holdfast's own: a browser, extended attributes, Python for the independent decoder. Runs on Node 20. */
import { findManager, findProgram, install, mayInstall } from './programs.mjs'

const tools = [
  {
    what: 'a browser',
    programs: ['chromium', 'chromium-browser'],
    packages: { apt: 'chromium', dnf: 'chromium', apk: 'chromium' },
  },
  { what: 'setfattr', programs: ['setfattr'], packages: { apt: 'attr', dnf: 'attr', apk: 'attr' } },
  { what: 'Python', programs: ['python3'], packages: { apt: 'python3', dnf: 'python3', apk: 'python3' } },
]

/** Installs what is missing where it may; a test whose program is missing then fails and says which. */
export function ensureTestTools({ say }) {
  const missing = tools.filter(({ programs }) => findProgram(programs) === undefined)
  if (missing.length === 0) return
  const manager = findManager()
  for (const { what, packages } of missing) {
    const name = manager && packages[manager.name]
    if (name === undefined || !mayInstall(manager))
      say(`${what} is missing and cannot be installed from here; its tests will fail.`)
    else {
      say(`Installing ${name} with ${manager.program} …`)
      if (!install(manager, [name])) say(`${manager.program} could not install ${name}; its tests will fail.`)
    }
  }
}
